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
    strategy: bytes | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRequest:
    """One product to embed, unchecked."""

    text: bytes | str = ""
    picture: bytes | None = None
    labels: tuple[bytes | str, ...] = ()
    """``facet=value`` each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The products to show, in this order; all arrays are (n,), n <= k."""

    ids: list[str]
    relevance: npt.NDArray[np.float32]
    rank: npt.NDArray[np.int32]
    """Place by relevance alone, from 1."""
    reason: npt.NDArray[np.int32]
    """``assortment_client.contract.Reason`` each."""
    catalogue_version: int

    @classmethod
    def of(cls, tensors: Tensors) -> Answer:
        """From the diversifier's outputs for one request."""
        return cls(
            ids=[product_id.decode() for product_id in tensors[public.ID][0]],
            relevance=tensors[public.RELEVANCE][0],
            rank=tensors[public.RANK][0],
            reason=tensors[public.REASON][0],
            catalogue_version=int(tensors[public.CATALOGUE_VERSION][0, 0]),
        )
