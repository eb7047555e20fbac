"""A running server is asked which version it answers from, patiently while it is busy."""

from __future__ import annotations

from collections import Counter

import pytest

from assortment.errors import ServerError
from assortment_client.canaries import NUM_CANARIES
from assortment_client.testing import FakeServer, failures
from export.live.server import RunningServer


def test_every_page_has_to_be_of_the_version() -> None:
    with FakeServer(catalogue_version=3) as server:
        replica = RunningServer(url=server.endpoint)
        server.then(failures.overloaded(), None, failures.catalogue_changing())
        replica.check(3)
        asked = Counter(request.model for request in server.requests if request.is_canary)
        assert asked == {"search": 1 + NUM_CANARIES + 2, "search_multimodal": NUM_CANARIES, "rerank": NUM_CANARIES}
        with pytest.raises(ServerError, match=r"^127\.0\.0\.1:\d+: search answers from catalogue version 3 instead of 4$"):
            replica.check(4)
        server.answer([])
        with pytest.raises(ServerError, match="search answers with nothing from catalogue version 3"):
            replica.check(3)


def test_what_does_not_pass_by_itself_is_told_at_once() -> None:
    unknown = failures.invalid("CANDIDATE_KEY: 3 is not allowed; it stands at position 0, and 1 of 1 candidates are not in ...")
    with FakeServer() as server:
        replica = RunningServer(url=server.endpoint)
        server.then(*[None] * (1 + 2 * NUM_CANARIES), unknown)
        with pytest.raises(ServerError, match=r"did not answer rerank: product 'a', which search found, is unknown to it"):
            replica.check(1)
        server.always(failures.dead_process())
        with pytest.raises(ServerError, match=r"did not answer search: .*Stub process 'search_0_0' is not healthy"):
            replica.check(1)
