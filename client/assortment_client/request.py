"""What the client asks, checked against the limits before anything is sent.

The server checks everything again, and its word is final; a wrong request fails sooner and more clearly here.
"""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from assortment_client import contract, rules
from assortment_client.errors import InvalidRequest
from assortment_client.filters import Filters
from assortment_client.text import is_utf8

Picture = bytes | str | os.PathLike[str]
"""Encoded bytes (JPEG, PNG, WebP, GIF or BMP), or the path of such a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """One search. ``query`` may be empty when there is a picture."""

    query: str = ""
    """What the shopper typed."""
    image: Picture | None = None
    """What the shopper photographed."""
    candidates: Sequence[str] | None = None
    """Product ids to rank; None searches the whole catalogue. Kept as a tuple."""
    k: int = contract.DEFAULT_K
    """How many results at most."""
    strategy: str | None = None
    """A name in ``contract.STRATEGIES``; None is the catalogue's default."""
    diversity: float | None = None
    """0 is pure relevance, 1 pure diversity; None is the catalogue's default."""
    max_relevance_loss: float | None = None
    """Instead of ``diversity``: the share (0 to 1) of the best list's discounted relevance that the page may give up. The
    strongest diversity within it is used."""
    collapse: bool | None = None
    """Whether one of each set of variants or equal titles is shown; None is the catalogue's default."""
    near_duplicate: float | None = None
    """Collapse products whose vectors have at least this cosine too, above 0 to 1."""
    caps: Mapping[str, int] | None = field(default=None, hash=False)
    """Facet to n, for at most 8 facets: at most n products of one value of the facet on the page. Kept as a read-only copy."""
    pinned: Sequence[str] = ()
    """At most 20 product ids that stand first, in this order. Kept as a tuple, as are the next two."""
    excluded: Sequence[str] = ()
    """At most 100 product ids that are never shown."""
    shown: Sequence[str] = ()
    """At most 200 product ids that earlier pages showed, in order: ``SearchResponse.shown``. The page goes on after them."""
    filters: Filters | None = None
    """What a product has to have to be shown; pinned ones are shown all the same. Filters act before the best matches are taken,
    so a narrow one still fills the page; one that nothing passes gives an empty page whose ``unmet`` says which it was."""
    sort: str | None = None
    """A name in ``contract.SORTS``; None is relevance, unless the words ask for another order ("cheapest"). All but relevance
    order the relevant products (at least half as relevant as the best) by what they name, and then there is no ``strategy``,
    ``diversity`` or ``max_relevance_loss``."""

    literal: bool = False
    """Whether the words of ``query`` are taken as they are. Else slips of the keyboard are mended ("choclate"), values turned
    down ("not black"), limits and levels of the price ("under 50", "cheap") become filters, and "cheapest" and the like an
    order; ``SearchResponse.understood`` tells."""

    def __post_init__(self) -> None:
        """Checks every field.

        Raises:
            InvalidRequest: naming the first field that is wrong, its value and what is allowed.
        """
        _check_text("query", self.query, contract.MAX_QUERY_CHARACTERS)
        _check_image(self.image)
        if self.image is None and not self.query.strip():
            raise InvalidRequest.of("query", self.query, "allowed: some text, or a picture in image")
        _check_k(self.k)
        if self.strategy is not None and self.strategy not in contract.STRATEGIES:
            raise InvalidRequest.of("strategy", self.strategy, f"allowed: {', '.join(contract.STRATEGIES)}")
        if self.diversity is not None:
            _check_share("diversity", self.diversity, "allowed: 0 (pure relevance) to 1 (pure diversity)")
        if self.max_relevance_loss is not None:
            _check_share("max_relevance_loss", self.max_relevance_loss, "allowed: 0 to 1, a share of the relevance")
            if self.diversity is not None:
                raise InvalidRequest.of(
                    "max_relevance_loss", self.max_relevance_loss, "diversity is given too; allowed: one of the two"
                )
        if self.candidates is not None:
            _check_candidates(self.candidates)
            object.__setattr__(self, "candidates", tuple(self.candidates))
        rules.check(self)
        for name in rules.ID_LISTS:
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if self.caps is not None:
            object.__setattr__(self, "caps", MappingProxyType(dict(self.caps)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRequest:
    """One product to embed."""

    text: str = ""
    """Title, attributes, start of the description; may be empty when there is a picture."""
    image: Picture | None = None
    """The product's picture."""
    labels: Sequence[str] = ()
    """Each "facet=value", as in "colour=blue". Kept as a tuple."""

    def __post_init__(self) -> None:
        """Checks every field.

        Raises:
            InvalidRequest: naming the first field that is wrong, its value and what is allowed.
        """
        _check_text("text", self.text, contract.MAX_TEXT_CHARACTERS)
        _check_image(self.image)
        _check_labels(self.labels)
        if self.image is None and not self.labels and not self.text.strip():
            raise InvalidRequest.of("text", self.text, "allowed: some text, a picture in image, or labels")
        object.__setattr__(self, "labels", tuple(self.labels))


_FIELDS: Final = tuple(each.name for each in fields(SearchRequest))


def request_of(arguments: Mapping[str, Any]) -> SearchRequest:
    """The search that a method was asked for, from its ``locals()``; a test holds its parameters against the fields.

    Raises:
        InvalidRequest: naming the first field that is wrong, its value and what is allowed.
    """
    return SearchRequest(**{name: arguments[name] for name in _FIELDS})


def search_at(place: int, request: Any) -> SearchRequest:
    """One of many searches: a request, or the text of one.

    Raises:
        InvalidRequest: naming its place when it is neither, or what is wrong with the text.
    """
    if isinstance(request, str):
        return SearchRequest(query=request)
    if not isinstance(request, SearchRequest):
        raise InvalidRequest.of(f"requests[{place}]", request, "allowed: a SearchRequest or a str")
    return request


def picture_bytes(image: Picture) -> bytes:
    """The encoded picture; reads the file when it is a path.

    Raises:
        InvalidRequest: when the file cannot be read, or changed to something too large or empty since it was checked.
    """
    if isinstance(image, bytes):
        return image
    try:
        data = Path(image).read_bytes()
    except OSError as error:
        raise InvalidRequest.of("image", os.fspath(image), f"the file cannot be read: {error.strerror}") from None
    _check_size(len(data))
    return data


def check_deadline(deadline_s: Any) -> float:
    """A deadline in seconds.

    Raises:
        InvalidRequest: when it is no finite number above 0.
    """
    if isinstance(deadline_s, bool) or not isinstance(deadline_s, int | float) or not 0 < deadline_s < math.inf:
        raise InvalidRequest.of("deadline_s", deadline_s, "allowed: seconds, above 0")
    return float(deadline_s)


def check_concurrency(concurrency: Any) -> None:
    """Checks how many calls may be under way at a time.

    Raises:
        InvalidRequest: when it is no whole number from 1 to 256.
    """
    if isinstance(concurrency, bool) or not isinstance(concurrency, int) or not 1 <= concurrency <= 256:
        raise InvalidRequest.of("concurrency", concurrency, "allowed: a whole number from 1 to 256")


# What callers pass is not trusted to have the annotated type, hence Any.


def _check_text(field: str, text: Any, longest: int) -> None:
    if not isinstance(text, str):
        raise InvalidRequest.of(field, text, "allowed: a str")
    if len(text) > longest:
        raise InvalidRequest.of(field, f"{text[:20]}... of {len(text)} characters", f"allowed: at most {longest} characters")
    if "\0" in text:
        raise InvalidRequest.of(field, text, "allowed: text without NUL characters")
    if not is_utf8(text):
        raise InvalidRequest.of(field, text, "allowed: text that can be encoded as UTF-8 (it holds half a surrogate pair)")


def _check_image(image: Any) -> None:
    if image is None:
        return
    if isinstance(image, bytes):
        _check_size(len(image))
        return
    if not isinstance(image, str | os.PathLike):
        raise InvalidRequest.of("image", type(image).__name__, "allowed: bytes of an encoded picture, or a path")
    try:
        num_bytes = os.stat(image).st_size
    except (OSError, ValueError) as error:
        raise InvalidRequest.of("image", os.fspath(image), f"the file cannot be read: {error}") from None
    _check_size(num_bytes)


def _check_size(num_bytes: int) -> None:
    if not 0 < num_bytes <= contract.MAX_PICTURE_BYTES:
        raise InvalidRequest.of("image", f"{num_bytes} bytes", f"allowed: 1 to {contract.MAX_PICTURE_BYTES} bytes")


def _check_k(k: Any) -> None:
    try:
        within = not isinstance(k, bool) and contract.MIN_K <= operator.index(k) <= contract.MAX_K
    except TypeError:
        within = False
    if not within:
        raise InvalidRequest.of("k", k, f"allowed: a whole number from {contract.MIN_K} to {contract.MAX_K}")


def _check_share(field: str, share: Any, allowed: str) -> None:
    try:
        within = not isinstance(share, bool | str) and 0.0 <= float(share) <= 1.0
    except (TypeError, ValueError, OverflowError):
        within = False
    if not within:
        raise InvalidRequest.of(field, share, allowed)


def _check_labels(labels: Any) -> None:
    allowed = f"allowed: at most {contract.MAX_LABELS} labels"
    if isinstance(labels, str | bytes) or not isinstance(labels, Sequence):
        raise InvalidRequest.of("labels", labels, f"{allowed}, as a sequence of str")
    if len(labels) > contract.MAX_LABELS:
        raise InvalidRequest.of("labels", f"{len(labels)} labels", allowed)
    for place, label in enumerate(labels):
        if not isinstance(label, str) or "=" not in label:
            raise InvalidRequest.of(f"labels[{place}]", label, 'allowed: "facet=value"')
        _check_text(f"labels[{place}]", label, contract.MAX_TEXT_CHARACTERS)


def _check_candidates(candidates: Any) -> None:
    allowed = f"allowed: 1 to {contract.MAX_CANDIDATES} distinct product ids"
    rules.check_ids("candidates", candidates, allowed, fewest=1, most=contract.MAX_CANDIDATES)
