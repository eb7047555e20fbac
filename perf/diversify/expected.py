"""How much faster than its peers each strategy is expected to be, in one place, and whether it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from perf.diversify.timing import Cell


@dataclass(frozen=True, slots=True)
class Expected:
    """The peer takes at least ``factor`` times as long as we do, at every D that was measured."""

    strategy: str
    peer: str
    num_candidates: int
    k: int
    factor: float


EXPECTED: Final = (
    Expected("mmr_clipped", "pyversity mmr", 1000, 10, 5.0),
    Expected("mmr_clipped", "pyversity mmr", 1000, 100, 2.0),
    Expected("dpp_published", "pyversity dpp", 1000, 10, 3.0),
    Expected("dpp_published", "pyversity dpp", 1000, 100, 1.5),
    Expected("ssd", "pyversity ssd", 1000, 10, 5.0),
    Expected("ssd", "pyversity ssd", 1000, 100, 4.0),
    Expected("cover", "pyversity cover", 1000, 10, 5.0),
    Expected("cover", "pyversity cover", 1000, 100, 5.0),
)
"""Beside these nothing may be slower than its peer, anywhere: ``slower``."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One expectation and what became of it."""

    expected: Expected
    ratio: float | None
    """The smallest of all D; None when the shape or the peer was not measured."""

    @property
    def told(self) -> str:
        """In one word, or two."""
        if self.ratio is None:
            return "not measured"
        return "met" if self.ratio >= self.expected.factor else "missed"


@dataclass(frozen=True, slots=True)
class Slower:
    """A shape at which a peer needs less time than we do."""

    cell: Cell
    peer: str
    ratio: float


def verdicts(cells: Sequence[Cell], expected: Sequence[Expected] = EXPECTED) -> list[Verdict]:
    """One for each expectation."""
    found = []
    for one in expected:
        ratios = [
            ratio
            for cell in cells
            if (cell.strategy, cell.num_candidates, cell.k) == (one.strategy, one.num_candidates, one.k)
            and (ratio := cell.ratio(one.peer)) is not None
        ]
        found.append(Verdict(one, min(ratios, default=None)))
    return found


def slower(cells: Sequence[Cell]) -> list[Slower]:
    """Every shape at which a peer is faster, the worst first."""
    found = [
        Slower(cell, timing.name, ratio)
        for cell in cells
        for timing in cell.peers
        if (ratio := cell.ratio(timing.name)) is not None and ratio < 1.0
    ]
    return sorted(found, key=lambda one: one.ratio)
