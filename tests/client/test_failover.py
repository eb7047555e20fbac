"""Both clients on servers that refuse, stop, freeze, overflow and come back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest

from assortment_client import (
    Breaker,
    ClientClosed,
    DeadlineExceeded,
    InvalidRequest,
    Overloaded,
    ProductEmbedding,
    ProductRequest,
    Reason,
    Retry,
    SearchRequest,
    SearchResponse,
    ServerFailed,
    Unavailable,
)
from assortment_client.contract import CANARY_REQUEST_ID
from tests.client.recorder import Recorder

STOPPING = (grpc.StatusCode.NOT_FOUND, "Request for unknown model: 'search' has no available versions")
EXITING = (grpc.StatusCode.UNAVAILABLE, "Server exiting")
DEAD = (grpc.StatusCode.INTERNAL, "in ensemble 'search', Stub process 'prepare_0_0' is not healthy.")
CHANGING = (grpc.StatusCode.UNAVAILABLE, "in ensemble 'search', catalogue changing: version 3 is not here")
BUSY = (grpc.StatusCode.UNAVAILABLE, "in ensemble 'search', Request timeout expired")
BROKEN = (grpc.StatusCode.INTERNAL, "in ensemble 'search', Failed to process the request(s)")
QUICK = Breaker(open_s=0.05, max_open_s=0.05)


def in_flight(client: Any) -> int:
    return sum(endpoint.in_flight for endpoint in client._calls.pool.endpoints)


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


@pytest.mark.parametrize("failure", [STOPPING, EXITING, DEAD, CHANGING])
def test_a_replica_that_did_no_work_costs_no_call(connect, two, failure) -> None:
    first, second = two
    first.fail(*failure)
    client = connect([first.endpoint, second.endpoint], retry=Retry(budget_burst=0))
    responses = [client.search("shoes") for _ in range(20)]
    assert {response.endpoint for response in responses} == {second.endpoint}
    assert {response.attempts for response in responses} <= {1, 2}
    num_asked = len([request for request in first.requests if request.id != CANARY_REQUEST_ID])
    assert num_asked == (10 if failure == CHANGING else 1)  # a breaker opens at once, but not for a change
    assert in_flight(client) == 0


def test_a_replica_that_is_not_there(connect, scripted, nobody) -> None:
    client = connect([nobody, scripted.endpoint])
    assert {client.search("shoes").endpoint for _ in range(10)} == {scripted.endpoint}
    assert in_flight(client) == 0


def test_a_frozen_replica_costs_half_of_one_deadline(connect, two) -> None:
    first, second = two
    release = threading.Event()
    first.answer = lambda request, context: release.wait(10)
    client = connect([first.endpoint, second.endpoint], breaker=Breaker(failures=1, open_s=60, max_open_s=60))
    try:
        responses = [client.search("shoes", deadline_s=1.0) for _ in range(6)]
    finally:
        release.set()
    assert {response.endpoint for response in responses} == {second.endpoint}
    assert sorted(response.attempts for response in responses) == [1, 1, 1, 1, 1, 2]
    assert 0 < first.requests[0].parameters["timeout"].int64_param <= 500_000


def test_an_error_tells_what_every_attempt_met(connect, two) -> None:
    first, second = two
    for server in two:
        server.fail(*BUSY)
    client = connect([first.endpoint, second.endpoint])
    with pytest.raises(Overloaded) as caught:
        client.search("shoes")
    met = caught.value.attempts
    assert [(one.number, one.kind, one.error) for one in met] == [(1, "first", "Overloaded"), (2, "failover", "Overloaded")]
    assert {one.endpoint for one in met} == {first.endpoint, second.endpoint}
    assert caught.value.endpoint == met[-1].endpoint


def test_what_cannot_be_helped_is_asked_once(connect, two) -> None:
    for server in two:
        server.fail(*BROKEN)
    client = connect([server.endpoint for server in two])
    with pytest.raises(ServerFailed):
        client.search("shoes")
    assert sum(len(server.requests) for server in two) == 1


def test_a_replica_that_comes_back_is_found_by_canaries_beside_calls(connect, two) -> None:
    first, second = two
    first.fail(*DEAD)
    recorder = Recorder()
    client = connect([first.endpoint, second.endpoint], breaker=QUICK, observers=[recorder])
    for _ in range(2):
        assert client.search("shoes").endpoint == second.endpoint
    assert (first.endpoint, "open") in recorder.breakers
    first.answer = lambda request, context: _page(first, request, context)
    until(lambda: client.search("shoes").endpoint == first.endpoint)
    assert [state for endpoint, state in recorder.breakers if endpoint == first.endpoint][-3:] == ["open", "half_open", "closed"]
    assert sum(request.id == CANARY_REQUEST_ID for request in first.requests) == 4
    assert {attempt.kind for attempt in recorder.started_attempts} == {"first", "failover", "canary"}
    assert in_flight(client) == 0


def _page(server: Any, request: Any, context: Any) -> Any:
    """As many products as a request wants, at most two."""
    place = [tensor.name for tensor in request.inputs].index("K")
    k = int.from_bytes(request.raw_input_contents[place], "little")
    keep = server.answer
    server.answer_products(["a", "b"][:k])
    message = server.answer(request, context)
    server.answer = keep
    return message


def test_the_only_endpoint_comes_back_by_itself(connect, scripted) -> None:
    scripted.fail(*DEAD)
    client = connect(scripted.endpoint, breaker=Breaker(failures=2, open_s=0.05, max_open_s=30))
    caught = None
    while caught is None or caught.value.reason != "breaker_open":
        with pytest.raises(Unavailable) as caught:
            client.search("shoes")
    assert "is not healthy" in caught.value.message
    assert caught.value.message.startswith(f"nothing was sent: {scripted.endpoint} failed (Unavailable: a process of the server")
    assert (caught.value.reason, caught.value.attempts, caught.value.model) == ("breaker_open", (), "search")
    scripted.answer_products(["a", "b"])

    def answered() -> bool:
        try:
            return len(client.search("shoes")) == 2
        except Unavailable:
            return False

    until(answered)


def test_degrading_is_the_callers_choice_and_given_candidates(connect, two) -> None:
    first, second = two
    for server in two:
        server.fail(*BUSY)
    recorder = Recorder()
    client = connect([first.endpoint, second.endpoint], observers=[recorder])
    ids = ["a", "b", "c", "d", "e"]
    page = client.rerank("shoes", ids, k=3, pinned=["p"], excluded=["b"], shown=["a"], caps={"brand": 1}, degrade=True)
    assert page.ids == ("p", "c", "d")
    assert [result.reason for result in page] == [Reason.PINNED, Reason.SORTED, Reason.SORTED]
    assert page.degraded
    assert (page.catalogue_version, page.endpoint, page.attempts) == (0, "", 2)
    assert page.relevance.tolist() == [0.0] * 3
    assert page.ranks.tolist() == [0] * 3
    assert page.shown == ("a", "p", "c", "d")
    assert page.unmet == "degraded: caps not kept"
    assert recorder.degraded == ["Overloaded"]
    assert recorder.ends[-1][0] == "NoneType"
    for refused in (
        lambda: client.rerank("shoes", ids),
        lambda: client.search("shoes", degrade=True),
    ):
        with pytest.raises(Overloaded):
            refused()
    for server in two:
        server.fail(*BROKEN)
    with pytest.raises(ServerFailed):
        client.rerank("shoes", ids, degrade=True)


def test_a_degraded_page_repeats_no_pinned_product_of_an_earlier_page(connect, scripted) -> None:
    scripted.fail(*BUSY)
    client = connect(scripted.endpoint)
    first = client.rerank("shoes", ["a", "b", "c"], k=2, pinned=["p", "q"], degrade=True)
    second = client.rerank("shoes", ["a", "b", "c"], k=2, pinned=["p", "q", "r"], shown=first.shown, degrade=True)
    assert (first.ids, second.ids) == (("p", "q"), ("r", "a"))
    assert [result.reason for result in second] == [Reason.PINNED, Reason.SORTED]
    assert second.shown == ("p", "q", "r", "a")


def test_an_answer_is_not_degraded(connect, scripted) -> None:
    page = connect(scripted.endpoint).search("shoes", degrade=True)
    assert (page.degraded, page.endpoint, page.attempts) == (False, scripted.endpoint, 1)


def test_many_come_in_order_and_one_failure_fails_no_other(connect, scripted) -> None:
    right = scripted.answer

    def answer(request: Any, context: Any) -> Any:
        return context.abort(*BROKEN) if b"bad" in request.raw_input_contents[0] else right(request, context)

    scripted.answer = answer
    client = connect(scripted.endpoint)
    requests = ["a", "bad", SearchRequest(query="b", k=5), "", "c"] * 20
    outcomes = client.search_many(requests, concurrency=4)
    kinds = [SearchResponse, ServerFailed, SearchResponse, InvalidRequest, SearchResponse] * 20
    assert [type(outcome) for outcome in outcomes] == kinds
    assert client.search_many([]) == []
    for concurrency in (0, 257, True, 2.0):
        with pytest.raises(InvalidRequest, match="concurrency"):
            client.search_many(["a"], concurrency=concurrency)


def test_many_products(connect, scripted) -> None:
    client = connect(scripted.endpoint)
    outcomes = client.embed_products([ProductRequest(text="shirt"), ProductRequest(text="shoe")])
    assert [type(outcome).__name__ for outcome in outcomes] == ["BadResponse"] * 2  # products are no vectors
    assert ProductEmbedding not in map(type, outcomes)


def test_health_of_every_endpoint(connect, scripted, nobody) -> None:
    scripted.answer_products(["a"])
    client = connect([scripted.endpoint, nobody])
    well, ill = client.health()
    assert (well.endpoint, well.ok, well.breaker, well.server_version, well.error) == (
        scripted.endpoint,
        True,
        "closed",
        "2.51.0",
        None,
    )
    assert well.latency_s > 0
    assert (ill.endpoint, ill.ok, ill.breaker, ill.server_version) == (nobody, False, "open", "")
    assert isinstance(ill.error, Unavailable)
    assert ill.latency_s != ill.latency_s
    assert client.ready()
    assert in_flight(client) == 0


def test_closing_during_a_wait_ends_it(scripted) -> None:
    from assortment_client import SearchClient

    scripted.fail(*BUSY)
    client = SearchClient(scripted.endpoint, retry=Retry(attempts=10, base_s=30, cap_s=60))
    raised: list[Exception] = []

    def search() -> None:
        try:
            client.search("shoes", deadline_s=600)
        except (ClientClosed, Overloaded) as error:
            raised.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    until(lambda: bool(scripted.requests))
    client.close()
    thread.join(10)
    assert [type(error) for error in raised] == [ClientClosed]


def test_names_are_resolved(connect, scripted) -> None:
    port = scripted.endpoint.rpartition(":")[2]
    client = connect(f"dns:///localhost:{port}")
    assert client.search("shoes").endpoint == scripted.endpoint
    assert scripted.endpoint in client.endpoints


def test_a_name_without_addresses(connect) -> None:
    client = connect("dns:///no-such-name.invalid:8001")
    for call in (lambda: client.search("shoes"), client.health):
        with pytest.raises(Unavailable, match=r"^dns:///no-such-name\.invalid:8001 does not resolve") as caught:
            call()
        assert caught.value.reason == "unresolved"
    assert client.ready() is False


def test_the_deadline_covers_all_attempts(connect, two) -> None:
    release = threading.Event()
    for server in two:
        server.answer = lambda request, context: release.wait(10)
    client = connect([server.endpoint for server in two])
    started = time.monotonic()
    try:
        with pytest.raises(DeadlineExceeded) as caught:
            client.search("shoes", deadline_s=0.4)
    finally:
        release.set()
    assert time.monotonic() - started < 5
    assert [one.kind for one in caught.value.attempts] == ["first", "failover"]
