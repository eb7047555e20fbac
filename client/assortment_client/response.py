"""What the server answers, typed and frozen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assortment_client.contract import Reason
from assortment_client.errors import SearchError


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One product of an answer."""

    product_id: str
    relevance: float
    """0 to 1."""
    rank: int
    """Its place by relevance alone, from 1; 0 when it was pinned and not among the products that were scored."""
    reason: Reason
    """Why it stands where it stands."""
    num_collapsed: int
    """How many other candidates, variants or duplicates of it, it stands for."""
    opens: str
    """The facet value that it is the first to show, as in "colour=blue"; empty when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SearchResponse:
    """An answer: n results, n <= k, in the order to show. The arrays are read-only."""

    ids: tuple[str, ...]
    """(n,) product ids."""
    relevance: npt.NDArray[np.float32]
    """(n,) 0 to 1."""
    ranks: npt.NDArray[np.int32]
    """(n,) place by relevance alone, from 1; 0: pinned and not among the products that were scored, relevance 0."""
    reasons: npt.NDArray[np.int32]
    """(n,) values of ``Reason``."""
    num_collapsed: npt.NDArray[np.int32]
    """(n,) how many other candidates, variants or duplicates, each result stands for."""
    opens: tuple[str, ...]
    """(n,) the facet value that each result is the first to show, as in "colour=blue"; empty when there is none."""
    unmet: str
    """Which page rule or filter left the page shorter than k; empty when none did."""
    understood: str = ""
    """What was read in the query's words, as in '"blakc" read as "black"; a price up to 50'; empty when nothing was."""
    shown: tuple[str, ...]
    """What the request said earlier pages showed, then this page's ids: the next page's ``shown``."""
    catalogue_version: int
    """The version of the catalogue that every result comes from; 0 when ``degraded``."""
    request_id: str
    """Stands in the server's log too."""
    degraded: bool = False
    """Whether no server ranked these: they are the caller's candidates in the order given (see ``SearchClient.rerank``)."""
    endpoint: str = ""
    """``host:port`` of the server that answered; empty when ``degraded``."""
    attempts: int = 1
    """How many attempts the call took."""

    @property
    def results(self) -> tuple[Result, ...]:
        """The same, product by product."""
        return tuple(self)

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Result]:
        for product_id, relevance, rank, reason, num_collapsed, opens in zip(
            self.ids,
            self.relevance.tolist(),
            self.ranks.tolist(),
            self.reasons.tolist(),
            self.num_collapsed.tolist(),
            self.opens,
            strict=True,
        ):
            yield Result(
                product_id=product_id,
                relevance=relevance,
                rank=rank,
                reason=Reason(reason),
                num_collapsed=num_collapsed,
                opens=opens,
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProductEmbedding:
    """Where a product lies in the space that queries are compared in."""

    vector: npt.NDArray[np.float32]
    """(256,) unit length, read-only."""
    unknown_labels: tuple[str, ...]
    """Labels that were not read: those the model was not trained with, or all, where the others do not tell what it is."""
    request_id: str
    """Stands in the server's log too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerInfo:
    """The server as it describes itself."""

    name: str
    """For instance ``triton``."""
    version: str
    """For instance ``2.51.0``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointHealth:
    """One endpoint, as a few canary searches found it."""

    endpoint: str
    """``host:port``."""
    ok: bool
    """Whether all canaries were answered."""
    breaker: str
    """The circuit breaker when that was done: "closed", "open" or "half_open"."""
    latency_s: float
    """Seconds that the quickest canary took; NaN when none was answered."""
    server_version: str
    """For instance ``2.51.0``; empty when the server did not tell."""
    error: SearchError | None
    """Why ``ok`` is False."""
