"""The asynchronous client: the same methods, awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

from assortment_client import contract
from assortment_client.client import SearchClient
from assortment_client.errors import SearchError
from assortment_client.filters import Filters
from assortment_client.observe import Observer
from assortment_client.options import TLS, Breaker, Hedge, Retry
from assortment_client.request import Picture, ProductRequest, SearchRequest
from assortment_client.response import EndpointHealth, ProductEmbedding, SearchResponse, ServerInfo
from assortment_client.triton import ChannelArgument


class AsyncSearchClient:
    """Searches a catalogue served by Assortment, from one event loop; an asynchronous context manager."""

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
        """As ``SearchClient``; ``hedge``: a second attempt beside a slow one, None is off."""
        self._client = SearchClient(endpoints, channel_arguments=channel_arguments)

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
        sort: str = contract.SORTS[0],
        deadline_s: float = 2.0,
        degrade: bool = False,
    ) -> SearchResponse:
        """As ``SearchClient.search``."""
        return await asyncio.to_thread(
            lambda: self._client.search(
                query,
                image=image,
                candidates=candidates,
                k=k,
                strategy=strategy,
                diversity=diversity,
                max_relevance_loss=max_relevance_loss,
                collapse=collapse,
                near_duplicate=near_duplicate,
                caps=caps,
                pinned=pinned,
                excluded=excluded,
                shown=shown,
                filters=filters,
                sort=sort,
                deadline_s=deadline_s,
                degrade=degrade,
            )
        )

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
        sort: str = contract.SORTS[0],
        deadline_s: float = 2.0,
        degrade: bool = False,
    ) -> SearchResponse:
        """As ``SearchClient.rerank``."""
        return await asyncio.to_thread(
            lambda: self._client.rerank(
                query,
                candidates,
                image=image,
                k=k,
                strategy=strategy,
                diversity=diversity,
                max_relevance_loss=max_relevance_loss,
                collapse=collapse,
                near_duplicate=near_duplicate,
                caps=caps,
                pinned=pinned,
                excluded=excluded,
                shown=shown,
                filters=filters,
                sort=sort,
                deadline_s=deadline_s,
                degrade=degrade,
            )
        )

    async def send(self, request: SearchRequest, *, deadline_s: float = 2.0, degrade: bool = False) -> SearchResponse:
        """As ``SearchClient.send``."""
        return await asyncio.to_thread(lambda: self._client.send(request, deadline_s=deadline_s, degrade=degrade))

    async def search_many(
        self, requests: Sequence[SearchRequest | str], *, concurrency: int = 16, deadline_s: float = 2.0
    ) -> list[SearchResponse | SearchError]:
        """As ``SearchClient.search_many``."""
        return await asyncio.to_thread(lambda: self._client.search_many(requests, concurrency=concurrency, deadline_s=deadline_s))

    async def embed_product(
        self, text: str, *, image: Picture | None = None, labels: Sequence[str] = (), deadline_s: float = 2.0
    ) -> ProductEmbedding:
        """As ``SearchClient.embed_product``."""
        return await asyncio.to_thread(
            lambda: self._client.embed_product(text, image=image, labels=labels, deadline_s=deadline_s)
        )

    async def embed_products(
        self, products: Sequence[ProductRequest], *, concurrency: int = 16, deadline_s: float = 2.0
    ) -> list[ProductEmbedding | SearchError]:
        """As ``SearchClient.embed_products``."""
        return await asyncio.to_thread(
            lambda: self._client.embed_products(products, concurrency=concurrency, deadline_s=deadline_s)
        )

    async def health(self, *, deadline_s: float = 2.0) -> tuple[EndpointHealth, ...]:
        """As ``SearchClient.health``."""
        return await asyncio.to_thread(lambda: self._client.health(deadline_s=deadline_s))

    async def ready(self, *, deadline_s: float = 2.0) -> bool:
        """As ``SearchClient.ready``."""
        return await asyncio.to_thread(lambda: self._client.ready(deadline_s=deadline_s))

    async def server_info(self, *, deadline_s: float = 2.0) -> ServerInfo:
        """As ``SearchClient.server_info``."""
        return await asyncio.to_thread(lambda: self._client.server_info(deadline_s=deadline_s))

    async def close(self) -> None:
        """As ``SearchClient.close``."""
        return await asyncio.to_thread(lambda: self._client.close())

    async def __aenter__(self) -> AsyncSearchClient:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()
