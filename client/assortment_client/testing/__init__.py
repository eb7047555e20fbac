"""A fake server for the tests of services that use this client.

It speaks Triton's gRPC protocol on 127.0.0.1, answers what a test says, fails as the real server does, and remembers what it was
asked. It neither searches nor checks requests: for what a search finds, ask a real server.

    from assortment_client import SearchClient
    from assortment_client.testing import FakeServer, failures

    with FakeServer() as server, SearchClient(server.endpoint) as client:
        server.answer(["1042", "977"], query="blue shoes")
        assert client.search("blue shoes").ids == ("1042", "977")

        server.then(failures.catalogue_changing(), failures.slow(0.05))  # what the next two requests meet
        client.search("blue shoes")
        assert server.requests[-1].query == "blue shoes"

A fixture of pytest is three lines:

    @pytest.fixture
    def search_server():
        with FakeServer() as server:
            yield server
"""

from __future__ import annotations

from assortment_client.testing import failures
from assortment_client.testing.failures import Failure
from assortment_client.testing.received import ReceivedRequest
from assortment_client.testing.server import FakeServer, Products, ServerTLS

__all__ = ["Failure", "FakeServer", "Products", "ReceivedRequest", "ServerTLS", "failures"]
