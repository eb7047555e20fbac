"""Every failure has one exception, which says what, where, and what to do."""

from __future__ import annotations

import pickle
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import grpc
import numpy as np
import pytest

from assortment.errors import InputError
from assortment.serving import page_rules
from assortment.serving.catalogue_tables import KeyTable
from assortment_client import (
    AccessDenied,
    BadResponse,
    ClientClosed,
    DeadlineExceeded,
    InvalidRequest,
    ModelNotReady,
    NotTriton,
    Overloaded,
    SearchClient,
    SearchError,
    ServerFailed,
    Unavailable,
    UnknownCandidates,
    candidate_key,
)
from assortment_client.status import error_of

# Code and text as Triton 2.51 sends them.
STATUSES = [
    ("INVALID_ARGUMENT", "in ensemble 'search', K: 0 is not allowed; allowed: 1 to 100", InvalidRequest, False),
    ("INVALID_ARGUMENT", "unexpected inference input 'X' for model 'search'", InvalidRequest, False),
    ("UNAVAILABLE", "in ensemble 'search', Request timeout expired", Overloaded, True),
    ("UNAVAILABLE", "Exceeds maximum queue size", Overloaded, True),
    ("RESOURCE_EXHAUSTED", "out of memory", Overloaded, True),
    ("RESOURCE_EXHAUSTED", "CLIENT: Received message larger than max (8388614 vs. 4194304)", BadResponse, False),
    ("UNAVAILABLE", "failed to connect to all addresses", Unavailable, True),
    ("UNAVAILABLE", "in ensemble 'search', catalogue changing: version 3 is not here", Unavailable, True),
    ("UNAVAILABLE", "Server exiting", Unavailable, True),
    ("INTERNAL", "in ensemble 'search', Stub process 'prepare_0_0' is not healthy.", Unavailable, True),
    ("INTERNAL", "in ensemble 'search', Failed to process the request(s)", ServerFailed, False),
    ("NOT_FOUND", "Request for unknown model: 'search' has no available versions", ModelNotReady, True),
    ("NOT_FOUND", "Request for unknown model: 'search' is not found", ModelNotReady, False),
    ("DEADLINE_EXCEEDED", "Deadline Exceeded", DeadlineExceeded, True),
    ("UNAUTHENTICATED", "no token", AccessDenied, False),
    ("PERMISSION_DENIED", "", AccessDenied, False),
    ("UNIMPLEMENTED", "Method not found!", NotTriton, False),
    ("UNIMPLEMENTED", "ModelInfer RPC doesn't support models with decoupled transaction policy", BadResponse, False),
    ("UNKNOWN", "Stream removed", ServerFailed, False),
    ("CANCELLED", "by a proxy", Unavailable, True),
    ("UNAVAILABLE", "This protocol is restricted, expecting header 'triton-grpc-protocol-key'", AccessDenied, False),
]


@pytest.mark.parametrize(("code", "text", "kind", "retryable"), STATUSES)
def test_a_status_becomes_one_error(client, scripted, code: str, text: str, kind: type[SearchError], retryable: bool) -> None:
    scripted.fail(grpc.StatusCode[code], text)
    with pytest.raises(SearchError) as caught:
        client.search("shoes")
    error = caught.value
    assert type(error) is kind
    assert (error.code, error.endpoint, error.model, error.retryable) == (code, scripted.endpoint, "search", retryable)
    assert error.request_id == scripted.requests[0].id
    assert str(error).endswith(f" [search at {scripted.endpoint}, request {error.request_id}]")
    assert "in ensemble" not in str(error)


def test_the_servers_word_on_a_field_is_kept() -> None:
    error = error_of(*STATUSES[0][:2], endpoint="host:1", model="search")
    assert isinstance(error, InvalidRequest)
    assert isinstance(error, ValueError)
    assert (error.field, error.message) == ("k", "K: 0 is not allowed; allowed: 1 to 100")
    picture = error_of(
        "INVALID_ARGUMENT", "PICTURE: '9 bytes' is not allowed; allowed: a PNG file", endpoint="host:1", model="search"
    )
    assert isinstance(picture, InvalidRequest)
    assert picture.field == "image"


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ('{"caps": {"brand": 0}}', "caps"),
        ('{"caps": {"a: b[2]": 0}}', "caps"),
        ('{"filters": {"brand": ["Puma", ""]}}', "filters.brand"),
        ('{"filters": {"attributes": {"a: b[2]": 0}}}', "filters.attributes"),
        ('{"filters": []}', "filters"),
        ('{"sort": "cheapest"}', "sort"),
        ('{"pinned": ["a", 3]}', "pinned"),
        ('{"near_duplicate": 2}', "near_duplicate"),
        ("[]", "rules"),
    ],
)
def test_the_servers_word_on_a_page_rule_names_the_argument(rules: str, field: str) -> None:
    with pytest.raises(InputError) as server_side:
        page_rules.parse(rules)
    error = error_of("INVALID_ARGUMENT", f"in ensemble 'search', {server_side.value}", endpoint="host:1", model="search")
    assert isinstance(error, InvalidRequest)
    assert (error.field, error.message) == (field, str(server_side.value))


def test_unknown_candidates_come_back_as_ids(client, scripted) -> None:
    known = np.sort(np.array([candidate_key("p1"), candidate_key("p3")]))
    ids = ["p1", "p2", "p3", "p4"]
    with pytest.raises(InputError) as server_side:
        KeyTable(version=1, keys=known, key_order=np.arange(2)).rows(np.array([candidate_key(i) for i in ids]))
    scripted.fail(grpc.StatusCode.INVALID_ARGUMENT, f"in ensemble 'rerank', {server_side.value}")
    with pytest.raises(
        UnknownCandidates, match=r"^candidates\[1\]: 'p2' is not allowed; 2 of 4 candidates are not in the catalogue"
    ) as caught:
        client.search("shoes", candidates=ids)
    assert (caught.value.product_id, caught.value.num_unknown, caught.value.field) == ("p2", 2, "candidates[1]")
    assert caught.value.code == "INVALID_ARGUMENT"
    assert caught.value.endpoint == scripted.endpoint


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ID": None}, "the answer holds no ID, only"),
        (
            {"RELEVANCE": np.zeros((1, 2), np.float64)},
            r"RELEVANCE: shape \(1, 2\) and dtype float64 instead of \(1, n\) and float32",
        ),
        ({"RANK": np.zeros((2, 1), np.int32)}, r"RANK: shape \(2, 1\)"),
        ({"REASON": np.zeros((1, 3), np.int32)}, "an answer of 2 ids, 2 relevances, 2 ranks, 3 reasons, .* for k=10"),
        ({"REASON": np.full((1, 2), 77, np.int32)}, r"REASON: \[77, 77\]; this client knows \[0, 1, 2, 3\]: the server is newer"),
        ({"CATALOGUE_VERSION": np.zeros((1, 0), np.int64)}, "an answer of 2 ids, .* and 0 versions"),
        ({"COLLAPSED": np.zeros((1, 1), np.int32)}, "an answer of 2 ids, .* 1 numbers of collapsed products"),
        ({"COLLAPSED": np.array([[0, -1]], np.int32)}, r"COLLAPSED: \[0, -1\]; numbers of products are 0 or more"),
        ({"OPENS": np.array([[b""]], np.object_)}, "an answer of 2 ids, .* 1 opened values"),
        ({"OPENS": np.array([[b"", b"\xff"]], np.object_)}, "OPENS: holds bytes that are not UTF-8"),
        ({"UNMET": np.array([[b"", b""]], np.object_)}, "an answer of 2 ids, .* 2 unmet rules"),
        ({"UNMET": None}, "the answer holds no UNMET, only"),
        ({"ID": np.array([[b"a", b"\xff"]], dtype=np.object_)}, "ID: holds bytes that are not UTF-8"),
    ],
)
def test_an_answer_that_breaks_the_contract(client, scripted, changes: dict[str, np.ndarray | None], message: str) -> None:
    scripted.answer_products(["a", "b"], **changes)
    with pytest.raises(BadResponse, match=f"^{message}") as caught:
        client.search("shoes")
    assert caught.value.endpoint == scripted.endpoint
    assert caught.value.request_id


def test_more_results_than_asked_for_break_the_contract(client, scripted) -> None:
    scripted.answer_products(["a", "b", "c"])
    with pytest.raises(BadResponse, match="for k=2"):
        client.search("shoes", k=2)


def test_an_ok_without_outputs_and_a_truncated_answer(client, scripted) -> None:
    scripted.answer_tensors({})
    with pytest.raises(BadResponse, match="the answer holds no ID, only nothing"):
        client.search("shoes")
    right = scripted.answer_products

    def truncated(request, context):
        right(["a", "b"])
        message = scripted.answer(request, context)
        message.raw_output_contents[1] = message.raw_output_contents[1][:3]
        return message

    scripted.answer = truncated
    with pytest.raises(BadResponse, match="an answer that cannot be read"):
        client.search("shoes")
    assert client.ready() is False


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"127.0.0.1:{free.getsockname()[1]}"
    with SearchClient(endpoint) as client:
        with pytest.raises(Unavailable, match=f"^no answer from {endpoint} .*check the address, and that the server is running"):
            client.search("shoes")
        with pytest.raises(Unavailable):
            client.server_info()
        assert client.ready() is False


def test_an_http_server_on_the_port() -> None:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with SearchClient(f"127.0.0.1:{server.server_port}") as client, pytest.raises(SearchError) as caught:
            client.search("shoes", deadline_s=1.0)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert isinstance(caught.value, NotTriton)
    assert "give Triton's gRPC port, 8001 by default" in str(caught.value)


def test_closing_while_a_call_is_under_way(client, scripted) -> None:
    entered, release = threading.Event(), threading.Event()

    def slow(request, context):
        entered.set()
        release.wait(5)

    scripted.answer = slow
    raised: list[BaseException] = []

    def search() -> None:
        try:
            client.search("shoes", deadline_s=5)
        except SearchError as error:
            raised.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    assert entered.wait(5)
    client.close()
    thread.join(5)
    release.set()
    assert [type(error) for error in raised] == [ClientClosed]


def test_errors_survive_pickling() -> None:
    error = UnknownCandidates("gone", field="candidates[2]", product_id="p", num_unknown=3).located(
        endpoint="host:1", model="rerank", request_id="r"
    )
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)
