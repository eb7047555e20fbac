"""The canary of a local server: patient with one that is busy or changes its catalogue, strict with one that is broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from assortment.errors import ServerError
from assortment.serving import metrics
from assortment_client.canaries import ENSEMBLES, NUM_CANARIES
from assortment_client.testing import FakeServer, failures
from deploy.local.canary import canary

UNKNOWN = failures.invalid(
    "CANDIDATE_KEY: 3 is not allowed; it stands at position 0, and 1 of 1 candidates are not in catalogue version 7; allowed: ..."
)
BEFORE_RERANK = [None] * (1 + 2 * NUM_CANARIES)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as server:
        yield server


def test_every_ensemble_is_asked_and_the_last_request_tells_that_all_answered(server: FakeServer) -> None:
    canary(server.endpoint)
    asked = Counter(request.model for request in server.requests)
    assert asked == {ensemble: NUM_CANARIES + 2 * (ensemble == "search") for ensemble in ENSEMBLES}
    *others, last = (request.request_id for request in server.requests)
    assert (set(others), last) == ({metrics.CANARY}, metrics.CANARY_PASSED)


@pytest.mark.parametrize("failure", [failures.overloaded(), failures.catalogue_changing()], ids=["busy", "changing"])
def test_a_server_that_is_busy_or_changes_its_catalogue_is_asked_again(server: FakeServer, failure: failures.Failure) -> None:
    server.then(failure, *BEFORE_RERANK, failure, failure)
    canary(server.endpoint)
    assert server.num_requests == 4 * NUM_CANARIES + 2 + 3
    server.always(failure)
    with pytest.raises(ServerError, match=r"^search does not answer: "):
        canary(server.endpoint, deadline_s=0.3)


def test_a_product_that_rerank_does_not_know_yet_starts_the_round_again(server: FakeServer) -> None:
    server.then(*BEFORE_RERANK, UNKNOWN)
    canary(server.endpoint)
    assert server.num_requests == len(BEFORE_RERANK) + 1 + 4 * NUM_CANARIES + 2
    assert server.requests[-1].request_id == metrics.CANARY_PASSED


def test_a_product_that_rerank_never_knows_is_a_fault(server: FakeServer) -> None:
    server.then(*[*BEFORE_RERANK, UNKNOWN] * 2)
    told = r"^rerank does not answer: product 'a', which search found, is unknown to it \(rounds: 2; CANDIDATE_KEY: 3 is not"
    with pytest.raises(ServerError, match=told) as caught:
        canary(server.endpoint, rounds=2)
    assert "models of different catalogue versions are loaded; publish again, or start the server again" in str(caught.value)
    assert server.num_requests == 2 * (len(BEFORE_RERANK) + 1)


def test_a_broken_server_is_not_waited_for(server: FakeServer) -> None:
    server.then(*BEFORE_RERANK, failures.dead_process())
    with pytest.raises(ServerError, match=r"^rerank does not answer: .*Stub process 'rerank_0_0' is not healthy"):
        canary(server.endpoint)
    assert server.num_requests == len(BEFORE_RERANK) + 1
    server.forget()
    server.then(failures.invalid("K: 0 is not allowed"))
    with pytest.raises(ServerError, match=r"^search does not answer: K: 0 is not allowed"):
        canary(server.endpoint)
    assert server.num_requests == 1


def test_an_answer_of_nothing_is_none(server: FakeServer) -> None:
    server.answer([])
    with pytest.raises(ServerError, match=r"^search answered with nothing$"):
        canary(server.endpoint)
