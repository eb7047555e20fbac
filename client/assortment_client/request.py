"""What the client asks, checked against the limits before anything is sent.

The server checks everything again, and its word is final; a wrong request fails sooner and more clearly here.
"""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assortment_client import contract
from assortment_client.errors import InvalidRequest

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
            _check_diversity(self.diversity)
        if self.candidates is not None:
            _check_candidates(self.candidates)
            object.__setattr__(self, "candidates", tuple(self.candidates))


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
        if isinstance(self.labels, str) or len(self.labels) > contract.MAX_LABELS:
            raise InvalidRequest.of("labels", self.labels, f"allowed: a sequence of at most {contract.MAX_LABELS} labels")
        for place, label in enumerate(self.labels):
            if not isinstance(label, str) or "=" not in label:
                raise InvalidRequest.of(f"labels[{place}]", label, 'allowed: "facet=value"')
            _check_text(f"labels[{place}]", label, contract.MAX_TEXT_CHARACTERS)
        if self.image is None and not self.labels and not self.text.strip():
            raise InvalidRequest.of("text", self.text, "allowed: some text, a picture in image, or labels")
        object.__setattr__(self, "labels", tuple(self.labels))


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


# What callers pass is not trusted to have the annotated type, hence Any.


def _check_text(field: str, text: Any, longest: int) -> None:
    if not isinstance(text, str):
        raise InvalidRequest.of(field, text, "allowed: a str")
    if len(text) > longest:
        raise InvalidRequest.of(field, f"{text[:20]}... of {len(text)} characters", f"allowed: at most {longest} characters")
    if "\0" in text:
        raise InvalidRequest.of(field, text, "allowed: text without NUL characters")
    if not _is_utf8(text):
        raise InvalidRequest.of(field, text, "allowed: text that can be encoded as UTF-8 (it holds half a surrogate pair)")


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


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


def _check_diversity(diversity: Any) -> None:
    try:
        within = not isinstance(diversity, bool | str) and 0.0 <= float(diversity) <= 1.0
    except (TypeError, ValueError):
        within = False
    if not within:
        raise InvalidRequest.of("diversity", diversity, "allowed: 0 (pure relevance) to 1 (pure diversity)")


def _check_candidates(candidates: Any) -> None:
    allowed = f"allowed: 1 to {contract.MAX_CANDIDATES} distinct product ids"
    if isinstance(candidates, str | bytes) or not isinstance(candidates, Sequence):
        raise InvalidRequest.of("candidates", candidates, f"{allowed}, as a sequence of str")
    if not 1 <= len(candidates) <= contract.MAX_CANDIDATES:
        raise InvalidRequest.of("candidates", f"{len(candidates)} product ids", allowed)
    first_place: dict[str, int] = {}
    for place, product_id in enumerate(candidates):
        if not isinstance(product_id, str) or not product_id or not _is_utf8(product_id):
            raise InvalidRequest.of(f"candidates[{place}]", product_id, "allowed: a product id, a str that is not empty")
        if product_id in first_place:
            earlier = first_place[product_id]
            raise InvalidRequest.of(f"candidates[{place}]", product_id, f"{allowed}; it stands at position {earlier} too")
        first_place[product_id] = place
