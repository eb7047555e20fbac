"""The client on the real server."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from assortment import cli
from assortment_client import InvalidRequest, ModelNotReady, Reason, SearchClient, UnknownCandidates, wire
from assortment_client.codec import Call
from assortment_client.tasks import Task

pytestmark = pytest.mark.triton


@pytest.fixture
def client(served):
    with SearchClient(served.url) as client:
        yield client


def raw(client: SearchClient, call: Call) -> bytes:
    """Sends what no method of the client would."""
    return client._driver.run(
        Task(
            method="raw",
            model=call.model,
            rpc=wire.MODEL_INFER,
            encode=lambda request_id: wire.encode(call, request_id=request_id),
            decode=lambda message, told: message,
        ),
        5.0,
    )


def drawn(colour: str, picture_format: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, picture_format)
    return file.getvalue()


def test_a_search_fills_the_page_and_says_why(client, served) -> None:
    response = client.search("blue shirt", k=10)
    assert len(response) == 10
    assert len(set(response.ids)) == 10
    assert set(response.ids) <= set(served.ids)
    assert response.catalogue_version >= 1
    assert ((response.relevance >= 0) & (response.relevance <= 1)).all()
    assert [result.reason for result in response] == [
        Reason.RELEVANCE if result.rank <= 10 else Reason.DIVERSITY for result in response
    ]


def test_no_diversity_is_the_order_of_relevance(client) -> None:
    for strategy in ("mmr", "dpp"):
        response = client.search("blue shirt", k=20, diversity=0.0, strategy=strategy)
        assert response.ranks.tolist() == list(range(1, 21))
        assert (np.diff(response.relevance) <= 0).all()


def test_diversity_changes_the_page_and_a_longer_page_extends_it(client) -> None:
    plain = client.search("shirt", k=10, diversity=0.0)
    for strategy in ("mmr", "dpp"):
        diverse = client.search("shirt", k=10, diversity=0.9, strategy=strategy)
        assert diverse.ids != plain.ids
        assert client.search("shirt", k=20, diversity=0.9, strategy=strategy).ids[:10] == diverse.ids


def test_pictures_with_and_without_text(client, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(drawn("navy", "JPEG"))
    assert len(client.search("", image=photo, k=5)) == 5
    assert len(client.search("shirt", image=drawn("red"), k=5)) == 5


def test_candidates_are_ranked_by_the_same_scores(client, served) -> None:
    found = client.search("blue shirt", k=30, diversity=0.0)
    again = client.search("blue shirt", candidates=found.ids[::-1], k=30, diversity=0.0)
    assert sorted(again.ids) == sorted(found.ids)
    score = dict(zip(found.ids, found.relevance.tolist(), strict=True))
    np.testing.assert_allclose([score[product_id] for product_id in again.ids], again.relevance, atol=1e-4)
    assert len(client.search("blue shirt", candidates=served.ids[:3], k=10)) == 3


def test_unknown_candidates_come_back_as_ids(client, served) -> None:
    with pytest.raises(UnknownCandidates) as caught:
        client.search("shirt", candidates=[served.ids[0], "no such product", "nor this"])
    assert (caught.value.product_id, caught.value.num_unknown) == ("no such product", 2)
    assert caught.value.code == "INVALID_ARGUMENT"


def test_an_embedded_product(client) -> None:
    embedding = client.embed_product("Blue cotton shirt", image=drawn("blue"), labels=["colour=Blue", "mood=odd"])
    assert np.linalg.norm(embedding.vector) == pytest.approx(1.0, abs=1e-3)
    assert "mood=odd" in embedding.unknown_labels


@pytest.mark.parametrize("picture", [b"%PDF-1.7 not a picture", drawn("red", "JPEG")[:200]])
def test_a_picture_that_only_the_server_can_judge(client, picture: bytes) -> None:
    with pytest.raises(InvalidRequest, match=r"^PICTURE: .* is not allowed; .*allowed") as caught:
        client.search("shirt", image=picture)
    assert caught.value.field == "image"
    assert (caught.value.endpoint,) == client.endpoints


@pytest.mark.parametrize(
    ("name", "tensor", "field"),
    [
        ("K", np.array([[0]], np.int32), "k"),
        ("K", np.array([[101]], np.int32), "k"),
        ("DIVERSITY", np.array([[1.5]], np.float32), "diversity"),
        ("DIVERSITY", np.array([[np.nan]], np.float32), "diversity"),
        ("STRATEGY", np.array([[b"best"]], np.object_), "strategy"),
        ("QUERY", np.array([[b"a" * 100_000]], np.object_), "query"),
        ("QUERY", np.array([[b""]], np.object_), "query"),
        ("QUERY", np.array([[b"\xff\xfe"]], np.object_), "query"),
    ],
)
def test_what_this_client_would_not_send_is_refused_by_the_server_in_the_same_words(
    client, name: str, tensor: np.ndarray, field: str
) -> None:
    tensors: dict[str, Any] = {"QUERY": np.array([[b"shirt"]], np.object_), name: tensor}
    with pytest.raises(InvalidRequest, match=r" is not allowed; .*allowed") as caught:
        raw(client, Call("search", tensors))
    assert caught.value.field == field


def test_a_model_that_is_not_there(client) -> None:
    with pytest.raises(ModelNotReady) as caught:
        raw(client, Call("serach", {"QUERY": np.array([[b"shirt"]], np.object_)}))
    assert caught.value.code in ("NOT_FOUND", "UNAVAILABLE")


def test_readiness_and_the_servers_name(client) -> None:
    assert client.ready(deadline_s=5.0)
    info = client.server_info()
    assert info.name == "triton"
    assert info.version.startswith("2.")


def test_ranking_a_file(served, tmp_path: Path) -> None:
    queries = tmp_path / "queries.jsonl"
    lines = [{"query": f"{colour} shirt", "k": k} for colour in ("blue", "red", "green") for k in range(1, 11)]
    queries.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    output = tmp_path / "ranked.jsonl"
    assert cli.main(["rank", "--queries", str(queries), "--output", str(output), "--url", served.url]) == 0
    ranked = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [line["query"] for line in ranked] == [line["query"] for line in lines]
    assert [len(line["ids"]) for line in ranked] == [line["k"] for line in lines]
    assert {line["catalogue_version"] for line in ranked} == {1}
