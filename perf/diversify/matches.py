"""Which strategy is compared with whom, and at which strength both choose the same.

Peers weigh relevance and diversity in other units. ``strength`` turns the peer's diversity d into ours; each line is the
peer's objective divided by its own weights, so that selections are identical, not merely alike. z is the standard deviation of
the relevance.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from assortment.diversify import STRATEGIES, diversify
from assortment.diversify.max_sum import PAGE
from perf.diversify import peers
from perf.diversify.candidates import Candidates
from perf.diversify.peers import Call, Peer

Strength = Callable[[float, Candidates], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One strategy of ours and its peers, none for some."""

    strategy: str
    peers: tuple[Peer, ...] = ()
    strength: Strength = lambda d, _: d
    """The peer's diversity to ours."""
    by_cosine: bool = False
    """The relevance is the cosine to the query, because the peers compute it so."""

    def ours(self, candidates: Candidates, k: int, diversity: float) -> Call:
        """Our selection, to be timed; ``diversity`` is the peer's."""
        wanted = STRATEGIES[self.strategy]
        by_groups = wanted.needs_groups or wanted.needs_intents or wanted.needs_facets
        groups = candidates.groups if by_groups else None
        relevance = candidates.cosine if self.by_cosine else candidates.relevance
        strength = self.strength(diversity, candidates)
        return lambda: diversify(
            candidates.vectors, relevance, k, strategy=self.strategy, diversity=strength, groups=groups
        ).indices  # fmt: skip


def _z(candidates: Candidates) -> float:
    return float(candidates.relevance.std())


def _as_sum_over_a_page(d: float, _: Candidates) -> float:
    """Pyversity sums distances, ours divides the sum by PAGE."""
    return PAGE * d / (1.0 - d + PAGE * d)


def _as_log_determinant(d: float, candidates: Candidates) -> float:
    """Pyversity's kernel has qualities ``exp((1 - d) * relevance / z)``, which a determinant squares."""
    return 1.0 / (1.0 + 2.0 * (1.0 - d) / _z(candidates))


def _as_spectrum(d: float, candidates: Candidates) -> float:
    """Pyversity divides relevance by z; with its constant dimension vectors have the length sqrt(2), ours 1."""
    relevant, new = (1.0 - d) / _z(candidates), d * math.sqrt(2.0)
    return new / (relevant + new)


def _as_sum_over_candidates(d: float, candidates: Candidates) -> float:
    """Pyversity sums coverage, ours is the mean."""
    covered = d * len(candidates)
    return covered / (1.0 - d + covered)


_COMPARED: Final = (
    Match(strategy="mmr_clipped", peers=(peers.PYVERSITY_MMR,)),
    Match(strategy="mmr", peers=(peers.LANGCHAIN, peers.QDRANT), by_cosine=True),
    Match(strategy="max_sum", peers=(peers.PYVERSITY_MSD,), strength=_as_sum_over_a_page),
    Match(strategy="dpp_published", peers=(peers.PYVERSITY_DPP, peers.PUBLISHED_DPP), strength=_as_log_determinant),
    Match(strategy="ssd", peers=(peers.PYVERSITY_SSD,), strength=_as_spectrum),
    Match(strategy="cover", peers=(peers.PYVERSITY_COVER, peers.APRICOT), strength=_as_sum_over_candidates),
)
MATCHES: Final = (
    *_COMPARED,
    *(Match(strategy=name) for name in STRATEGIES if name not in {match.strategy for match in _COMPARED}),
)
"""Every strategy once; those without a peer last."""
