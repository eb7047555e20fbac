"""What a client can be asked to do: the message to send, and how to read its answer. Pure but for reading pictures from files."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from assortment_client import canaries, codec, contract, wire
from assortment_client.codec import Call
from assortment_client.degraded import degraded
from assortment_client.errors import InvalidRequest, UnknownCandidates
from assortment_client.request import ProductRequest, SearchRequest
from assortment_client.response import ProductEmbedding, SearchResponse, ServerInfo

AnswerT = TypeVar("AnswerT", covariant=True)

_UNKNOWN: Final = re.compile(r"\bposition (\d+), and (\d+) of \d+ candidates are not in")  # the server's candidate_scorer


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer says of its call."""

    request_id: str
    endpoint: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Task(Generic[AnswerT]):
    """One call of a method."""

    method: str
    """As observers are told."""
    model: str
    """Empty when no model is asked."""
    rpc: str
    """The gRPC method's path."""
    encode: Callable[[str], bytes]
    """The message for a request id."""
    decode: Callable[[bytes, Told], AnswerT]
    """The answer; raises BadResponse."""
    fallback: Callable[[str, int], AnswerT] | None = None
    """The answer without a server, for a request id and a number of attempts; None when there is none."""
    candidates: Sequence[str] = ()
    """Product ids that the server knows by key and position only."""

    def explained(self, error: InvalidRequest) -> InvalidRequest:
        """The server's word on a candidate, by its id instead of its position."""
        found = _UNKNOWN.search(error.message)
        if error.field != "candidates" or found is None or int(found[1]) >= len(self.candidates):
            return error
        place, num_unknown, num = int(found[1]), int(found[2]), len(self.candidates)
        allowed = f"{num_unknown} of {num} candidates are not in the catalogue being served; allowed: ids of its products"
        product_id = self.candidates[place]
        named = InvalidRequest.of(f"candidates[{place}]", product_id, allowed)
        unknown = UnknownCandidates(named.message, field=named.field, product_id=product_id, num_unknown=num_unknown)
        return unknown.located(endpoint=error.endpoint, model=error.model, request_id=error.request_id, code=error.code)


def search(request: SearchRequest, *, degrade: bool = False, method: str = "") -> Task[SearchResponse]:
    """A search; ``degrade`` as ``SearchClient.search`` documents it."""
    model = codec.model_of(request)

    def decode(message: bytes, told: Told) -> SearchResponse:
        return codec.decode_search(
            wire.decode(message),
            k=request.k,
            request_id=told.request_id,
            shown=request.shown,
            endpoint=told.endpoint,
            attempts=told.attempts,
        )

    return Task(
        method=method or (contract.RERANK if model == contract.RERANK else contract.SEARCH),
        model=model,
        rpc=wire.MODEL_INFER,
        encode=lambda request_id: _encoded(codec.encode_search(request), request_id),
        decode=decode,
        fallback=(lambda request_id, attempts: degraded(request, request_id=request_id, attempts=attempts))
        if degrade and request.candidates is not None and not (request.filters and request.filters.told())
        else None,
        candidates=request.candidates or (),
    )


def embed_product(request: ProductRequest) -> Task[ProductEmbedding]:
    """A product's vector."""
    return Task(
        method=contract.EMBED_PRODUCT,
        model=contract.EMBED_PRODUCT,
        rpc=wire.MODEL_INFER,
        encode=lambda request_id: _encoded(codec.encode_product(request), request_id),
        decode=lambda message, told: codec.decode_product(wire.decode(message), request_id=told.request_id),
    )


def server_info() -> Task[ServerInfo]:
    """A server's name and version."""
    return Task(
        method="server_info",
        model="",
        rpc=wire.SERVER_METADATA,
        encode=lambda request_id: wire.SERVER_METADATA_REQUEST,
        decode=lambda message, told: wire.decode_server_metadata(message),
    )


def canary(model: str, method: str) -> Task[object]:
    """A small request that passes through every step of a model."""
    if not model:
        return replace(server_info(), method=method)
    if model == contract.EMBED_PRODUCT:
        task: Task[object] = embed_product(canaries.product())
        return replace(task, method=method)
    # No catalogue has the candidate, so that a server which is well says so: the request's own fault, at the last step but one.
    return search(canaries.page(model, candidate="assortment canary", k=1), method=method)


def _encoded(call: Call, request_id: str) -> bytes:
    return wire.encode(call, request_id=request_id)
