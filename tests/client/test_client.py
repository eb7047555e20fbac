"""What goes over the wire, and what comes back."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from tritonclient.utils import deserialize_bytes_tensor

from assortment.serving import page_rules
from assortment_client import (
    ClientClosed,
    DeadlineExceeded,
    Filters,
    InvalidRequest,
    Overloaded,
    Reason,
    Result,
    SearchClient,
    ServerInfo,
)
from assortment_client.contract import candidate_key


def sent(request: Any) -> dict[str, list[Any]]:
    """The inputs of a request by name, decoded."""
    types = {"INT32": np.int32, "INT64": np.int64, "FP32": np.float32}
    tensors = {}
    for tensor, raw in zip(request.inputs, request.raw_input_contents, strict=True):
        values = deserialize_bytes_tensor(raw) if tensor.datatype == "BYTES" else np.frombuffer(raw, types[tensor.datatype])
        tensors[tensor.name] = values.reshape(tensor.shape).tolist()
    return tensors


def test_a_text_search_asks_the_search_ensemble_for_no_more_than_was_said(client, scripted) -> None:
    client.search("blue shoes")
    (request,) = scripted.requests
    assert request.model_name == "search"
    assert sent(request) == {"QUERY": [[b"blue shoes"]], "K": [[10]]}


def test_every_field_goes_out_typed(client, scripted, tmp_path: Path) -> None:
    picture = tmp_path / "shoe.jpg"
    picture.write_bytes(b"encoded")
    client.search("für dich", image=picture, k=np.int64(5), strategy="dpp", diversity=0.25)
    (request,) = scripted.requests
    assert request.model_name == "search_multimodal"
    assert sent(request) == {
        "QUERY": [["für dich".encode()]],
        "PICTURE": [[b"encoded"]],
        "K": [[5]],
        "STRATEGY": [[b"dpp"]],
        "DIVERSITY": [[0.25]],
    }


def test_page_rules_go_out_as_one_json_object_of_those_that_are_set(client, scripted) -> None:
    client.search("shoes", max_relevance_loss=0.25, caps={"brand": np.int64(2)}, pinned=["ü"], shown=("a", "b"), collapse=False)
    client.search("shoes", near_duplicate=np.float32(0.5), excluded=["a"], caps={})
    client.search("shoes", candidates=["a"], caps={}, pinned=(), excluded=[], shown=())
    first, second, third = (sent(request) for request in scripted.requests)
    assert first["MAX_RELEVANCE_LOSS"] == [[0.25]]
    assert "DIVERSITY" not in first
    assert json.loads(first["RULES"][0][0]) == {"collapse": False, "caps": {"brand": 2}, "pinned": ["ü"], "shown": ["a", "b"]}
    assert json.loads(second["RULES"][0][0]) == {"near_duplicate": 0.5, "excluded": ["a"]}
    assert set(third) == {"QUERY", "K", "CANDIDATE_KEY"}


def test_what_the_client_sends_is_what_the_server_reads(client, scripted) -> None:
    wanted = {
        "collapse": True,
        "near_duplicate": 0.95,
        "caps": {"brand": 2, "a=b: c": 100},
        "pinned": ("p", "☂"),
        "excluded": ("x",),
        "shown": ("y", "p"),
    }
    client.search("shoes", **wanted)
    (request,) = scripted.requests
    assert page_rules.parse(sent(request)["RULES"][0][0]) == page_rules.PageRules(**wanted)


def test_what_a_page_says_of_its_rules(client, scripted) -> None:
    scripted.answer_products(
        ["a", "b"],
        RANK=np.array([[0, 1]], dtype=np.int32),
        REASON=np.array([[2, 0]], dtype=np.int32),
        COLLAPSED=np.array([[0, 3]], dtype=np.int32),
        OPENS=np.array([[b"", "colour=türkis".encode()]], dtype=np.object_),
        UNMET=np.array([[b"caps.brand"]], dtype=np.object_),
    )
    response = client.search("shoes", shown=["x", "y"])
    pinned, other = response
    assert (pinned.rank, pinned.reason, pinned.num_collapsed, pinned.opens) == (0, Reason.PINNED, 0, "")
    assert (other.num_collapsed, other.opens) == (3, "colour=türkis")
    assert response.num_collapsed.tolist() == [0, 3]
    assert response.opens == ("", "colour=türkis")
    assert response.unmet == "caps.brand"


def test_shown_runs_on_from_page_to_page(client, scripted) -> None:
    first = client.search("shoes")
    assert first.shown == ("a", "b")
    scripted.answer_products(["c"])
    second = client.search("shoes", shown=first.shown)
    assert second.shown == ("a", "b", "c")
    assert json.loads(sent(scripted.requests[1])["RULES"][0][0]) == {"shown": ["a", "b"]}


def test_candidates_go_to_rerank_as_keys(client, scripted) -> None:
    client.search("shoes", candidates=["p1", "p2"], image=b"encoded")
    (request,) = scripted.requests
    assert request.model_name == "rerank"
    assert sent(request)["CANDIDATE_KEY"] == [[candidate_key("p1"), candidate_key("p2")]]
    assert sent(request)["PICTURE"] == [[b"encoded"]]


def test_a_picture_alone_is_a_search(client, scripted) -> None:
    client.search("", image=b"encoded")
    assert sent(scripted.requests[0])["QUERY"] == [[b""]]


def test_the_answer_is_typed_and_frozen(client, scripted) -> None:
    response = client.search("blue shoes")
    assert response.results == (
        Result(product_id="a", relevance=pytest.approx(0.9), rank=1, reason=Reason.RELEVANCE, num_collapsed=0, opens=""),
        Result(product_id="b", relevance=pytest.approx(0.1), rank=2, reason=Reason.DIVERSITY, num_collapsed=0, opens=""),
    )
    assert response.catalogue_version == 3
    assert response.request_id == scripted.requests[0].id != ""
    assert len(response) == 2
    assert response.relevance.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        response.relevance[0] = 1.0
    with pytest.raises(AttributeError):
        response.catalogue_version = 4


def test_requests_have_ids_of_their_own(client, scripted) -> None:
    assert client.search("a").request_id != client.search("a").request_id


def test_the_deadline_goes_to_the_server_too_in_its_own_unit(client, scripted) -> None:
    client.search("shoes", deadline_s=1.5)
    assert scripted.requests[0].parameters["timeout"].int64_param == pytest.approx(1_500_000, abs=500_000)
    assert scripted.time_remaining[0] == pytest.approx(1.5, abs=0.5)


def test_a_frozen_server_costs_no_more_than_the_deadline(client, scripted) -> None:
    scripted.answer = lambda request, context: time.sleep(1.0)
    started = time.perf_counter()
    with pytest.raises(DeadlineExceeded, match="no answer within the deadline; raise deadline_s") as caught:
        client.search("shoes", deadline_s=0.1)
    assert time.perf_counter() - started < 0.6
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.code == "DEADLINE_EXCEEDED"


@pytest.mark.parametrize("deadline_s", [0, -1.0, float("nan"), float("inf"), "2", True])
def test_a_deadline_is_a_time_ahead(client, deadline_s: Any) -> None:
    for call in (lambda: client.search("a", deadline_s=deadline_s), lambda: client.ready(deadline_s=deadline_s)):
        with pytest.raises(InvalidRequest, match=r"^deadline_s: .* is not allowed; allowed: seconds, above 0"):
            call()


def test_an_answer_above_four_megabytes_arrives_though_channel_arguments_are_given(scripted) -> None:
    scripted.answer_products(["x" * 5_000_000])
    with SearchClient(scripted.endpoint, channel_arguments=[("grpc.primary_user_agent", "shop")]) as client:
        assert len(client.search("shoes", k=1).ids[0]) == 5_000_000


def test_embedding_a_product(client, scripted) -> None:
    vector = np.full((1, 256), 1 / 16, dtype=np.float32)
    scripted.answer_tensors({"PRODUCT_VECTOR": vector, "UNKNOWN_LABEL": np.array([[b"mood=odd"]], dtype=np.object_)})
    embedding = client.embed_product("Blue shirt", image=b"encoded", labels=["colour=blue", "mood=odd"])
    (request,) = scripted.requests
    assert request.model_name == "embed_product"
    assert sent(request) == {"TEXT": [[b"Blue shirt"]], "PICTURE": [[b"encoded"]], "LABEL": [[b"colour=blue", b"mood=odd"]]}
    np.testing.assert_array_equal(embedding.vector, vector[0])
    assert embedding.unknown_labels == ("mood=odd",)


def test_server_info_and_readiness(client, scripted) -> None:
    assert client.server_info() == ServerInfo(name="triton", version="2.51.0")
    scripted.answer_products(["a"])
    assert client.ready() is True
    assert scripted.requests[0].model_name == "search"


def test_a_closed_client_says_so() -> None:
    client = SearchClient("127.0.0.1:1")
    client.close()
    client.close()
    for call in (lambda: client.search("a"), client.server_info):
        with pytest.raises(ClientClosed, match="this client was closed; make a new one"):
            call()
    assert client.ready() is False


@pytest.mark.parametrize("endpoints", ["", "http://127.0.0.1:8000", "host", "host:0", "a:1,a:1", None, 8001, [], ["a:1", 2]])
def test_an_endpoint_is_a_grpc_address(endpoints: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"^endpoints: .* allowed: "):
        SearchClient(endpoints)


def test_filters_that_filter_nothing_do_not_stand_in_the_way_of_a_degraded_answer(client, scripted) -> None:
    scripted.fail(grpc.StatusCode.UNAVAILABLE, "Request timeout expired")
    assert client.rerank("shoes", ["a", "b"], filters=Filters(), degrade=True).degraded
    with pytest.raises(Overloaded):
        client.rerank("shoes", ["a", "b"], filters=Filters(in_stock=True), degrade=True)
