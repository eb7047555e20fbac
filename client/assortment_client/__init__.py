"""Client of an Assortment search server: relevant and diverse products for a text, a picture, or given candidates.

    from assortment_client import SearchClient

    with SearchClient("127.0.0.1:8001") as client:
        for result in client.search("blue running shoes"):
            print(result.product_id, result.relevance)

Names are loaded when first used: ``from assortment_client import contract`` or the errors alone import no gRPC.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from assortment_client.aio import AsyncSearchClient
    from assortment_client.client import SearchClient
    from assortment_client.contract import Reason, candidate_key
    from assortment_client.errors import (
        AccessDenied,
        BadResponse,
        Cancelled,
        ClientClosed,
        DeadlineExceeded,
        FailedAttempt,
        InvalidRequest,
        ModelNotReady,
        NotTriton,
        Overloaded,
        SearchError,
        ServerFailed,
        TLSFailed,
        Unavailable,
        UnknownCandidates,
    )
    from assortment_client.filters import Filters
    from assortment_client.observe import AttemptInfo, CallInfo, CallObserver, Observer
    from assortment_client.options import TLS, Breaker, Hedge, Retry
    from assortment_client.request import ProductRequest, SearchRequest
    from assortment_client.response import EndpointHealth, ProductEmbedding, Result, SearchResponse, ServerInfo

__all__ = [
    "TLS",
    "AccessDenied",
    "AsyncSearchClient",
    "AttemptInfo",
    "BadResponse",
    "Breaker",
    "CallInfo",
    "CallObserver",
    "Cancelled",
    "ClientClosed",
    "DeadlineExceeded",
    "EndpointHealth",
    "FailedAttempt",
    "Filters",
    "Hedge",
    "InvalidRequest",
    "ModelNotReady",
    "NotTriton",
    "Observer",
    "Overloaded",
    "ProductEmbedding",
    "ProductRequest",
    "Reason",
    "Result",
    "Retry",
    "SearchClient",
    "SearchError",
    "SearchRequest",
    "SearchResponse",
    "ServerFailed",
    "ServerInfo",
    "TLSFailed",
    "Unavailable",
    "UnknownCandidates",
    "candidate_key",
]

_MODULES: Final = {
    "AsyncSearchClient": "aio",
    "SearchClient": "client",
    "Reason": "contract",
    "candidate_key": "contract",
    "Filters": "filters",
    "AttemptInfo": "observe",
    "CallInfo": "observe",
    "CallObserver": "observe",
    "Observer": "observe",
    "TLS": "options",
    "Breaker": "options",
    "Hedge": "options",
    "Retry": "options",
    "ProductRequest": "request",
    "SearchRequest": "request",
    "EndpointHealth": "response",
    "ProductEmbedding": "response",
    "Result": "response",
    "SearchResponse": "response",
    "ServerInfo": "response",
}  # every other name is an error


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_MODULES.get(name, 'errors')}")
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
