"""What the server answers, typed and frozen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assortment_client.contract import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One product of an answer."""

    product_id: str
    relevance: float
    """0 to 1."""
    rank: int
    """Its place by relevance alone, from 1."""
    reason: Reason
    """Why it stands where it stands."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SearchResponse:
    """An answer: n results, n <= k, in the order to show. The arrays are read-only."""

    ids: tuple[str, ...]
    """(n,) product ids."""
    relevance: npt.NDArray[np.float32]
    """(n,) 0 to 1."""
    ranks: npt.NDArray[np.int32]
    """(n,) place by relevance alone, from 1."""
    reasons: npt.NDArray[np.int32]
    """(n,) values of ``Reason``."""
    catalogue_version: int
    """The version of the catalogue that every result comes from."""
    request_id: str
    """Stands in the server's log too."""

    @property
    def results(self) -> tuple[Result, ...]:
        """The same, product by product."""
        return tuple(self)

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Result]:
        for product_id, relevance, rank, reason in zip(
            self.ids, self.relevance.tolist(), self.ranks.tolist(), self.reasons.tolist(), strict=True
        ):
            yield Result(product_id=product_id, relevance=relevance, rank=rank, reason=Reason(reason))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProductEmbedding:
    """Where a product lies in the space that queries are compared in."""

    vector: npt.NDArray[np.float32]
    """(256,) unit length, read-only."""
    unknown_labels: tuple[str, ...]
    """Labels that the model was not trained with; they were ignored."""
    request_id: str
    """Stands in the server's log too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerInfo:
    """The server as it describes itself."""

    name: str
    """For instance ``triton``."""
    version: str
    """For instance ``2.51.0``."""
