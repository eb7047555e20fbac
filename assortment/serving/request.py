"""What a caller asks, and what they are told, outside of tensors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assortment.serving.step import Tensors
from assortment_client import contract as public


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """One search, unchecked. None is what a caller left out."""

    query: bytes | str = ""
    """UTF-8; empty when the picture is the query."""
    picture: bytes | None = None
    """An encoded picture."""
    candidates: npt.NDArray[np.int64] | None = None
    """(R,) keys of the products to rank; None searches the whole catalogue."""
    k: int | None = None
    diversity: float | None = None
    max_relevance_loss: float | None = None
    """Not beside ``diversity``."""
    strategy: bytes | str | None = None
    rules: bytes | str | None = None
    """Page rules as JSON, see ``page_rules``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRequest:
    """One product to embed, unchecked."""

    text: bytes | str = ""
    picture: bytes | None = None
    labels: tuple[bytes | str, ...] = ()
    """``facet=value`` each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The products to show, in this order; all arrays and lists are (n,), n <= k."""

    ids: list[str]
    relevance: npt.NDArray[np.float32]
    rank: npt.NDArray[np.int32]
    """Place by relevance alone, from 1; 0: pinned and not among the scored."""
    reason: npt.NDArray[np.int32]
    """``assortment_client.contract.Reason`` each."""
    collapsed: npt.NDArray[np.int32]
    """How many other candidates each stands for."""
    opens: list[str]
    """The facet value each is the first to show, ``colour=blue``; empty when there is none."""
    unmet: str
    """Which rule left the page shorter than k; empty when none did."""
    understood: str
    """What was read in the query's words; empty when nothing was."""
    catalogue_version: int

    @classmethod
    def of(cls, tensors: Tensors) -> Answer:
        """From the diversifier's outputs for one request."""
        return cls(
            ids=[product_id.decode() for product_id in tensors[public.ID][0]],
            relevance=tensors[public.RELEVANCE][0],
            rank=tensors[public.RANK][0],
            reason=tensors[public.REASON][0],
            collapsed=tensors[public.COLLAPSED][0],
            opens=[value.decode() for value in tensors[public.OPENS][0]],
            unmet=tensors[public.UNMET][0, 0].decode(),
            understood=tensors[public.UNDERSTOOD][0, 0].decode(),
            catalogue_version=int(tensors[public.CATALOGUE_VERSION][0, 0]),
        )
