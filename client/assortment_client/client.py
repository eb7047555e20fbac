"""The synchronous client."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Final

from assortment_client import contract, tasks
from assortment_client.calls import Calls
from assortment_client.canaries import NUM_CANARIES
from assortment_client.channel import Channel
from assortment_client.channel_options import ChannelArgument
from assortment_client.deadline import Deadline
from assortment_client.driver import Driver
from assortment_client.errors import SearchError
from assortment_client.filters import Filters
from assortment_client.observe import Observer
from assortment_client.options import TLS, Breaker, Retry
from assortment_client.request import (
    Picture,
    ProductRequest,
    SearchRequest,
    check_concurrency,
    check_deadline,
    request_of,
    search_at,
)
from assortment_client.response import EndpointHealth, ProductEmbedding, SearchResponse, ServerInfo

_LOG: Final = logging.getLogger(__name__)


class SearchClient:
    """Searches a catalogue served by Assortment. Safe to share between threads, not with forked processes; a context manager."""

    def __init__(
        self,
        endpoints: str | Sequence[str] = "127.0.0.1:8001",
        *,
        balance: str = "round_robin",
        retry: Retry = Retry(),
        breaker: Breaker = Breaker(),
        tls: TLS | None = None,
        token: str | Callable[[], str] | None = None,
        metadata: Mapping[str, str] | None = None,
        observers: Sequence[Observer] = (),
        channel_arguments: Sequence[ChannelArgument] = (),
    ) -> None:
        """Prepares connections; the first call opens them.

        Args:
            endpoints: Triton's gRPC endpoint, ``host:port``; several of them, in a sequence or separated by commas; or a DNS name
                all of whose addresses are endpoints, ``dns:///name:port`` (in Kubernetes a headless service).
            balance: "round_robin", or "least_in_flight": the endpoint with the fewest calls of this client under way.
            retry: when a call is tried again.
            breaker: when an endpoint is left alone.
            tls: encryption; None is plain text.
            token: goes along as "authorization: Bearer ..."; or what gives one, called for each attempt, and once more when a
                server refuses it. Needs ``tls`` unless all endpoints are on this machine.
            metadata: gRPC metadata that goes with every attempt.
            observers: who is told about calls; see ``observe``.
            channel_arguments: gRPC channel arguments, added to this client's own or overriding them.

        Raises:
            InvalidRequest: when an argument is wrong.
        """
        self._calls: Calls[Channel] = Calls(
            endpoints,
            Channel,
            balance=balance,
            retry=retry,
            breaker=breaker,
            tls=tls,
            token=token,
            metadata=metadata,
            observers=observers,
            channel_arguments=channel_arguments,
        )
        self._driver = Driver(self._calls)

    def search(
        self,
        query: str,
        *,
        image: Picture | None = None,
        candidates: Sequence[str] | None = None,
        k: int = contract.DEFAULT_K,
        strategy: str | None = None,
        diversity: float | None = None,
        max_relevance_loss: float | None = None,
        collapse: bool | None = None,
        near_duplicate: float | None = None,
        caps: Mapping[str, int] | None = None,
        pinned: Sequence[str] = (),
        excluded: Sequence[str] = (),
        shown: Sequence[str] = (),
        filters: Filters | None = None,
        sort: str | None = None,
        literal: bool = False,
        deadline_s: float = 2.0,
        degrade: bool = False,
    ) -> SearchResponse:
        """Finds at most ``k`` products for a text, a picture, or both.

        Args:
            query: what the shopper typed; may be empty when there is a picture.
            image: encoded picture (JPEG, PNG, WebP, GIF, BMP) as bytes, or the path of one.
            candidates: product ids to choose from, instead of the whole catalogue.
            k: how many results at most, 1 to 100.
            strategy: how to diversify; ``SearchRequest`` tells more of this and what follows, None is the catalogue's default.
            diversity: 0 is pure relevance, 1 pure diversity.
            max_relevance_loss: instead of ``diversity``, the share of relevance that the page may give up.
            collapse: whether one of each set of variants or equal titles is shown.
            near_duplicate: collapse products whose vectors have at least this cosine too.
            caps: facet to n, at most n products of one value of the facet on the page.
            pinned: product ids that stand first, in this order.
            excluded: product ids that are never shown.
            shown: product ids that earlier pages showed.
            filters: what a product has to have to be shown.
            sort: a name in ``contract.SORTS``; None: relevance, unless words ask for another order ("cheapest").
            literal: whether the words are taken as they are: no slip is mended, and no filter or order read in them.
            deadline_s: seconds until the call fails, all its attempts together; the server drops the request then too.
            degrade: when the servers are overloaded, unavailable or too slow, answer with the ``candidates`` in the order given
                (``degraded`` of the answer is True then); never without candidates, nor with ``filters``, which are the server's.

        Raises:
            InvalidRequest: a field is wrong (``UnknownCandidates``: an id is not in the catalogue).
            SearchError: any other failure; see ``errors``.
        """
        return self.send(request_of(locals()), deadline_s=deadline_s, degrade=degrade)

    def rerank(
        self,
        query: str,
        candidates: Sequence[str],
        *,
        image: Picture | None = None,
        k: int = contract.DEFAULT_K,
        strategy: str | None = None,
        diversity: float | None = None,
        max_relevance_loss: float | None = None,
        collapse: bool | None = None,
        near_duplicate: float | None = None,
        caps: Mapping[str, int] | None = None,
        pinned: Sequence[str] = (),
        excluded: Sequence[str] = (),
        shown: Sequence[str] = (),
        filters: Filters | None = None,
        sort: str | None = None,
        literal: bool = False,
        deadline_s: float = 2.0,
        degrade: bool = False,
    ) -> SearchResponse:
        """Ranks and diversifies products that you have found: ``search`` with ``candidates``, 1 to 1,000 product ids.

        Raises:
            InvalidRequest: a field is wrong (``UnknownCandidates``: an id is not in the catalogue).
            SearchError: any other failure; see ``errors``.
        """
        return self.send(request_of(locals()), deadline_s=deadline_s, degrade=degrade)

    def send(self, request: SearchRequest, *, deadline_s: float = 2.0, degrade: bool = False) -> SearchResponse:
        """Sends a search that was built, and so checked, before. Raises as ``search`` does."""
        return self._driver.run(tasks.search(request, degrade=degrade), deadline_s)

    def search_many(
        self, requests: Sequence[SearchRequest | str], *, concurrency: int = 16, deadline_s: float = 2.0
    ) -> list[SearchResponse | SearchError]:
        """Sends many searches: one answer or error for each, in the same order. A failure does not fail the others.

        Args:
            requests: each a request, or the text of one with everything else left to its default.
            concurrency: how many are under way at a time, 1 to 256.
            deadline_s: seconds that each is given from its own start.

        Raises:
            InvalidRequest: ``concurrency`` or ``deadline_s`` is wrong.
        """

        def send(asked: tuple[int, SearchRequest | str]) -> SearchResponse:
            return self.send(search_at(*asked), deadline_s=deadline_s)

        check_concurrency(concurrency)
        check_deadline(deadline_s)
        return self._driver.many(send, list(enumerate(requests)), concurrency)

    def embed_product(
        self, text: str, *, image: Picture | None = None, labels: Sequence[str] = (), deadline_s: float = 2.0
    ) -> ProductEmbedding:
        """Computes the vector of a product, which may be new to the catalogue.

        Args:
            text: title, attributes, start of the description; may be empty when there is a picture.
            image: encoded picture as bytes, or the path of one.
            labels: "facet=value" as the catalogue has them. Those the model was not trained with are not read, and none is
                when they are half or more, or no "category=..." is among the others; see ``unknown_labels``.
            deadline_s: seconds until the call fails.

        Raises:
            InvalidRequest: a field is wrong.
            SearchError: any other failure; see ``errors``.
        """
        return self._driver.run(tasks.embed_product(ProductRequest(text=text, image=image, labels=labels)), deadline_s)

    def embed_products(
        self, products: Sequence[ProductRequest], *, concurrency: int = 16, deadline_s: float = 2.0
    ) -> list[ProductEmbedding | SearchError]:
        """Computes the vectors of many products: to ``embed_product`` what ``search_many`` is to ``search``.

        Raises:
            InvalidRequest: ``concurrency`` or ``deadline_s`` is wrong.
        """
        check_concurrency(concurrency)
        check_deadline(deadline_s)
        return self._driver.many(lambda one: self._driver.run(tasks.embed_product(one), deadline_s), products, concurrency)

    def health(self, *, deadline_s: float = 2.0) -> tuple[EndpointHealth, ...]:
        """What a few canary searches find at every endpoint, all of them within ``deadline_s`` together.

        Endpoints are looked at whatever their breakers say, and a breaker is closed where the canaries pass.

        Raises:
            InvalidRequest: ``deadline_s`` is wrong.
            Unavailable: there is no endpoint: the DNS name does not resolve.
            ClientClosed: after ``close``.
        """
        return self._driver.health(Deadline(check_deadline(deadline_s), now=time.monotonic()))

    def ready(self, *, deadline_s: float = 2.0) -> bool:
        """Whether a few canary searches by text are answered within ``deadline_s`` altogether, by whichever endpoints.

        Triton's own readiness is not asked: it stays true when a process behind a model has died. An overloaded server is
        not ready. The reason of a False goes to this module's logger at INFO.
        """
        until = Deadline(check_deadline(deadline_s), now=time.monotonic())
        task = tasks.canary(contract.SEARCH, "ready")
        try:
            for _ in range(NUM_CANARIES):
                self._driver.run(task, max(0.001, until.left(time.monotonic())), request_id=contract.CANARY_REQUEST_ID)
        except SearchError as error:
            _LOG.info("%s is not ready: %s", self._calls.endpoints, error)
            return False
        return True

    def server_info(self, *, deadline_s: float = 2.0) -> ServerInfo:
        """Name and version as a server reports them. Raises ``SearchError``."""
        return self._driver.run(tasks.server_info(), deadline_s)

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The addresses that calls go to now, ``host:port``; those of a DNS name change."""
        return tuple(endpoint.address for endpoint in self._calls.pool.endpoints)

    def close(self) -> None:
        """Closes all connections. Calls under way and later ones raise ``ClientClosed``."""
        self._driver.close()

    def __enter__(self) -> SearchClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"SearchClient({str(self._calls.endpoints)!r})"
