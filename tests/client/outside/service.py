"""A service that uses every public name of the client; checked and run where nothing but the client is installed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assortment_client import (
    TLS,
    AccessDenied,
    AsyncSearchClient,
    AttemptInfo,
    BadResponse,
    Breaker,
    CallInfo,
    CallObserver,
    Cancelled,
    ClientClosed,
    DeadlineExceeded,
    EndpointHealth,
    FailedAttempt,
    Filters,
    Hedge,
    InvalidRequest,
    ModelNotReady,
    NotTriton,
    Observer,
    Overloaded,
    ProductEmbedding,
    ProductRequest,
    Reason,
    Result,
    Retry,
    SearchClient,
    SearchError,
    SearchRequest,
    SearchResponse,
    ServerFailed,
    ServerInfo,
    TLSFailed,
    Unavailable,
    UnknownCandidates,
    candidate_key,
)
from assortment_client.opentelemetry import OpenTelemetryObserver
from assortment_client.testing import Failure, FakeServer, Products, ReceivedRequest, ServerTLS, failures

NAMES: tuple[type[SearchError], ...] = (
    AccessDenied,
    BadResponse,
    Cancelled,
    ClientClosed,
    DeadlineExceeded,
    InvalidRequest,
    ModelNotReady,
    NotTriton,
    Overloaded,
    ServerFailed,
    TLSFailed,
    Unavailable,
    UnknownCandidates,
)
MUTUAL = TLS(ca=b"-----BEGIN CERTIFICATE-----", cert=Path("client.crt"), key=Path("client.key"), server_name="search")
SHOWN = ServerTLS(certificate=b"", key=b"")


class Counting(Observer):
    """Counts attempts."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def started(self, call: CallInfo) -> CallObserver:
        return CountingOne(self.kinds)


class CountingOne(CallObserver):
    def __init__(self, kinds: list[str]) -> None:
        self.kinds = kinds

    def attempt_started(self, attempt: AttemptInfo) -> Mapping[str, str]:
        self.kinds.append(attempt.kind)
        return {"x-attempt": str(attempt.number)}


def told(response: SearchResponse) -> str:
    results: tuple[Result, ...] = response.results
    relevance: npt.NDArray[np.float32] = response.relevance
    reasons: list[Reason] = [result.reason for result in results]
    return f"{response.ids} {float(relevance.sum()):.1f} {[reason.name for reason in reasons]} {response.degraded}"


def told_error(error: SearchError) -> str:
    attempts: tuple[FailedAttempt, ...] = error.attempts
    field = error.field if isinstance(error, InvalidRequest) else ""
    unknown = error.product_id if isinstance(error, UnknownCandidates) else ""
    return f"{type(error).__name__} {error.code} {error.retryable} {field}{unknown} {[attempt.error for attempt in attempts]}"


def synchronous(server: FakeServer) -> None:
    counting = Counting()
    with SearchClient(
        [server.endpoint],
        balance="least_in_flight",
        retry=Retry(attempts=2),
        breaker=Breaker(failures=3),
        token=lambda: "secret",
        observers=[counting, OpenTelemetryObserver()],
    ) as client:
        page = client.search("shoes", filters=Filters(brand=["Puma"]), k=2)
        print(told(page), told(client.rerank("shoes", ["a", "b"], degrade=True, shown=page.shown)))
        many: list[SearchResponse | SearchError] = client.search_many(["a", SearchRequest(query="b")])
        print([told_error(one) if isinstance(one, SearchError) else told(one) for one in many])
        vectors: list[ProductEmbedding | SearchError] = client.embed_products([ProductRequest(text="shoe")])
        print([one.vector.shape for one in vectors if isinstance(one, ProductEmbedding)])
        health: tuple[EndpointHealth, ...] = client.health()
        info: ServerInfo = client.server_info()
        print([one.ok for one in health], client.ready(), info.name, counting.kinds)
        failure: Failure = failures.broken()
        server.then(failure)
        try:
            client.search("shoes")
        except SearchError as error:
            print(told_error(error))


async def asynchronous(server: FakeServer) -> None:
    async with AsyncSearchClient(server.endpoint, hedge=Hedge(after_s=0.05)) as client:
        page: SearchResponse = await client.search("shoes")
        print(told(page), (await client.embed_product("shoe")).vector.dtype, await client.ready())


def products(request: ReceivedRequest) -> list[str | Result]:
    assert request.candidate_keys in (None, (candidate_key("a"), candidate_key("b")))
    return ["a", "b"]


if __name__ == "__main__":
    answer: Products = products
    with FakeServer(answer) as fake:
        synchronous(fake)
        asyncio.run(asynchronous(fake))
