"""The asynchronous client: the same methods, awaited."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Final

from assortment_client import contract, tasks
from assortment_client.aio_channel import AioChannel
from assortment_client.aio_driver import AioDriver
from assortment_client.calls import Calls
from assortment_client.canaries import NUM_CANARIES
from assortment_client.channel_options import ChannelArgument
from assortment_client.deadline import Deadline
from assortment_client.errors import SearchError
from assortment_client.filters import Filters
from assortment_client.observe import Observer
from assortment_client.options import TLS, Breaker, Hedge, Retry
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


class AsyncSearchClient:
    """Searches a catalogue served by Assortment, from one event loop; an asynchronous context manager.

    Methods, arguments and defaults are those of ``SearchClient``, which documents them. Cancelling a call cancels it at the
    server.
    """

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
        hedge: Hedge | None = None,
        channel_arguments: Sequence[ChannelArgument] = (),
    ) -> None:
        """As ``SearchClient``, and belongs to the event loop of its first call.

        Args:
            endpoints: this and what is not below, as there.
            balance: so too.
            retry: so too.
            breaker: so too.
            tls: so too.
            token: so too; a provider must not block.
            metadata: so too.
            observers: so too; their methods must not block.
            hedge: a second attempt beside a slow first one; None is off.
            channel_arguments: as there.

        Raises:
            InvalidRequest: when an argument is wrong.
        """
        self._calls: Calls[AioChannel] = Calls(
            endpoints,
            AioChannel,
            balance=balance,
            retry=retry,
            breaker=breaker,
            tls=tls,
            token=token,
            metadata=metadata,
            observers=observers,
            channel_arguments=channel_arguments,
        )
        self._driver = AioDriver(self._calls, hedge)

    async def search(
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
        """As ``SearchClient.search``."""
        return await self.send(request_of(locals()), deadline_s=deadline_s, degrade=degrade)

    async def rerank(
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
        """As ``SearchClient.rerank``."""
        return await self.send(request_of(locals()), deadline_s=deadline_s, degrade=degrade)

    async def send(self, request: SearchRequest, *, deadline_s: float = 2.0, degrade: bool = False) -> SearchResponse:
        """As ``SearchClient.send``."""
        return await self._driver.run(tasks.search(request, degrade=degrade), deadline_s)

    async def search_many(
        self, requests: Sequence[SearchRequest | str], *, concurrency: int = 16, deadline_s: float = 2.0
    ) -> list[SearchResponse | SearchError]:
        """As ``SearchClient.search_many``."""

        async def send(asked: tuple[int, SearchRequest | str]) -> SearchResponse:
            return await self.send(search_at(*asked), deadline_s=deadline_s)

        check_concurrency(concurrency)
        check_deadline(deadline_s)
        return await self._driver.many(send, list(enumerate(requests)), concurrency)

    async def embed_product(
        self, text: str, *, image: Picture | None = None, labels: Sequence[str] = (), deadline_s: float = 2.0
    ) -> ProductEmbedding:
        """As ``SearchClient.embed_product``."""
        return await self._driver.run(tasks.embed_product(ProductRequest(text=text, image=image, labels=labels)), deadline_s)

    async def embed_products(
        self, products: Sequence[ProductRequest], *, concurrency: int = 16, deadline_s: float = 2.0
    ) -> list[ProductEmbedding | SearchError]:
        """As ``SearchClient.embed_products``."""

        async def embed(product: ProductRequest) -> ProductEmbedding:
            return await self._driver.run(tasks.embed_product(product), deadline_s)

        check_concurrency(concurrency)
        check_deadline(deadline_s)
        return await self._driver.many(embed, products, concurrency)

    async def health(self, *, deadline_s: float = 2.0) -> tuple[EndpointHealth, ...]:
        """As ``SearchClient.health``."""
        return await self._driver.health(Deadline(check_deadline(deadline_s), now=time.monotonic()))

    async def ready(self, *, deadline_s: float = 2.0) -> bool:
        """As ``SearchClient.ready``."""
        until = Deadline(check_deadline(deadline_s), now=time.monotonic())
        task = tasks.canary(contract.SEARCH, "ready")
        try:
            for _ in range(NUM_CANARIES):
                await self._driver.run(task, max(0.001, until.left(time.monotonic())), request_id=contract.CANARY_REQUEST_ID)
        except SearchError as error:
            _LOG.info("%s is not ready: %s", self._calls.endpoints, error)
            return False
        return True

    async def server_info(self, *, deadline_s: float = 2.0) -> ServerInfo:
        """As ``SearchClient.server_info``."""
        return await self._driver.run(tasks.server_info(), deadline_s)

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The addresses that calls go to now, ``host:port``; those of a DNS name change."""
        return tuple(endpoint.address for endpoint in self._calls.pool.endpoints)

    async def close(self) -> None:
        """As ``SearchClient.close``."""
        await self._driver.close()

    async def __aenter__(self) -> AsyncSearchClient:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncSearchClient({str(self._calls.endpoints)!r})"
