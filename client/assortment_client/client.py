"""The synchronous client."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final

from assortment_client import codec, contract
from assortment_client.codec import Call, Tensors
from assortment_client.errors import BadResponse, InvalidRequest, SearchError, UnknownCandidates
from assortment_client.filters import Filters
from assortment_client.request import Picture, ProductRequest, SearchRequest, check_deadline
from assortment_client.response import ProductEmbedding, SearchResponse, ServerInfo
from assortment_client.triton import Channel, ChannelArgument

_LOG: Final = logging.getLogger(__name__)
_CANARY: Final = SearchRequest(query="blue", k=1)
_NUM_CANARIES: Final = 4  # Triton gives requests to a model's instances in turn, so a few in a row reach them all
_UNKNOWN: Final = re.compile(r"\bposition (\d+), and (\d+) of \d+ candidates are not in")  # the server's candidate_scorer


class SearchClient:
    """Searches a catalogue served by Assortment. Safe to share between threads; a context manager.

    One call is one attempt: nothing is tried twice. Errors say whether another attempt could help (``retryable``).
    """

    def __init__(self, url: str = "127.0.0.1:8001", *, channel_arguments: Sequence[ChannelArgument] = ()) -> None:
        """Prepares a connection; the first call opens it.

        Args:
            url: ``host:port`` of Triton's gRPC endpoint.
            channel_arguments: gRPC channel arguments, added to this client's own or overriding them.

        Raises:
            InvalidRequest: when ``url`` is no gRPC address.
        """
        if not isinstance(url, str) or not url.strip() or "://" in url:
            raise InvalidRequest.of("url", url, "allowed: host:port of Triton's gRPC endpoint (port 8001 by default), no http://")
        self.url = url.strip()
        self._channel = Channel(self.url, channel_arguments)

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
        sort: str = contract.SORTS[0],
        deadline_s: float = 2.0,
    ) -> SearchResponse:
        """Finds at most ``k`` products for a text, a picture, or both.

        Args:
            query: what the shopper typed; may be empty when there is a picture.
            image: encoded picture (JPEG, PNG, WebP, GIF, BMP) as bytes, or the path of one.
            candidates: product ids to choose from, instead of the whole catalogue.
            k: how many results at most, 1 to 100.
            strategy: how to diversify, a name in ``contract.STRATEGIES``; None is the catalogue's default.
            diversity: 0 is pure relevance, 1 pure diversity; None is the catalogue's default.
            max_relevance_loss: instead of ``diversity``, the share (0 to 1) of discounted relevance that the page may give up
                against the best list; the strongest diversity within it is used.
            collapse: whether one of each set of variants or equal titles is shown; None is the catalogue's default.
            near_duplicate: collapse products whose vectors have at least this cosine too, above 0 to 1.
            caps: facet to n, for at most 8 facets: at most n products of one value of the facet on the page.
            pinned: at most 20 product ids that stand first, in this order.
            excluded: at most 100 product ids that are never shown.
            shown: at most 100 product ids that earlier pages showed (``shown`` of their answers); the page goes on after them.
            filters: what a product has to have to be shown. They act before the best matches are taken, so a narrow filter still
                fills the page; one that nothing passes gives an empty page whose ``unmet`` says which filter it was.
            sort: a name in ``contract.SORTS``: "relevance", or what all products of the catalogue that pass and are at least half
                as relevant as the best are ordered by, undiversified.
            deadline_s: seconds until the call fails; the server drops the request from its queues then too.

        Raises:
            InvalidRequest: a field is wrong (``UnknownCandidates``: an id is not in the catalogue).
            SearchError: any other failure; see ``errors``.
        """
        request = SearchRequest(
            query=query,
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
        )
        return self.send(request, deadline_s=deadline_s)

    def send(self, request: SearchRequest, *, deadline_s: float = 2.0) -> SearchResponse:
        """Sends a search that was built, and so checked, before. Raises as ``search`` does."""
        call, request_id = codec.encode_search(request), _new_request_id()
        try:
            tensors = self._infer(call, request_id, deadline_s)
        except InvalidRequest as error:
            raise _with_product_id(error, request.candidates or ()) from None
        try:
            return codec.decode_search(tensors, k=request.k, request_id=request_id, shown=request.shown)
        except BadResponse as error:
            raise error.located(endpoint=self.url, model=call.model, request_id=request_id) from None

    def embed_product(
        self, text: str, *, image: Picture | None = None, labels: Sequence[str] = (), deadline_s: float = 2.0
    ) -> ProductEmbedding:
        """Computes the vector of a product, which may be new to the catalogue.

        Args:
            text: title, attributes, start of the description; may be empty when there is a picture.
            image: encoded picture as bytes, or the path of one.
            labels: "facet=value"; those the model was not trained with come back in ``unknown_labels``.
            deadline_s: seconds until the call fails.

        Raises:
            InvalidRequest: a field is wrong.
            SearchError: any other failure; see ``errors``.
        """
        call, request_id = codec.encode_product(ProductRequest(text=text, image=image, labels=labels)), _new_request_id()
        tensors = self._infer(call, request_id, deadline_s)
        try:
            return codec.decode_product(tensors, request_id=request_id)
        except BadResponse as error:
            raise error.located(endpoint=self.url, model=call.model, request_id=request_id) from None

    def ready(self, *, deadline_s: float = 2.0) -> bool:
        """Whether a few canary searches by text are answered within ``deadline_s`` altogether.

        Triton's own readiness is not asked: it stays true when a process behind a model has died. An overloaded server is
        not ready. The reason of a False goes to this module's logger at INFO.
        """
        give_up = time.monotonic() + check_deadline(deadline_s)
        try:
            for _ in range(_NUM_CANARIES):
                self.send(_CANARY, deadline_s=max(1e-3, give_up - time.monotonic()))
        except SearchError as error:
            _LOG.info("%s is not ready: %s", self.url, error)
            return False
        return True

    def server_info(self, *, deadline_s: float = 2.0) -> ServerInfo:
        """Name and version as the server reports them.

        Raises:
            SearchError: see ``errors``.
        """
        return self._channel.server_info(deadline_s=check_deadline(deadline_s))

    def close(self) -> None:
        """Closes the connection. Later calls raise ``ClientClosed``."""
        self._channel.close()

    def __enter__(self) -> SearchClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"SearchClient({self.url!r})"

    def _infer(self, call: Call, request_id: str, deadline_s: float) -> Tensors:
        """Every inference passes here: the place for attempts, endpoints and budgets."""
        return self._channel.infer(call, request_id=request_id, deadline_s=check_deadline(deadline_s))


def _new_request_id() -> str:
    return uuid.uuid4().hex


def _with_product_id(error: InvalidRequest, candidates: Sequence[str]) -> InvalidRequest:
    """The server knows candidates by key and position only; names the first unknown one by id."""
    found = _UNKNOWN.search(error.message)
    if error.field != "candidates" or found is None or int(found[1]) >= len(candidates):
        return error
    place, num_unknown = int(found[1]), int(found[2])
    allowed = f"{num_unknown} of {len(candidates)} candidates are not in the catalogue being served; allowed: ids of its products"
    named = InvalidRequest.of(f"candidates[{place}]", candidates[place], allowed)
    return UnknownCandidates(named.message, field=named.field, product_id=candidates[place], num_unknown=num_unknown).located(
        endpoint=error.endpoint, model=error.model, request_id=error.request_id, code=error.code
    )
