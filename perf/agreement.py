"""Whether both sides gave the same answers: times of different work must not be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two lists of answers agree."""

    answers: int
    identical: int
    """Answers with the same products in the same order."""
    overlap: float
    """Mean share of products that both answers hold, 0 to 1."""

    @property
    def share(self) -> float:
        """Share of identical answers."""
        return self.identical / self.answers


def compare(ours: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]]) -> Agreement:
    """Compares the product ids of two sides, query by query.

    Raises:
        ValueError: when the two do not have the same number of answers, or none.
    """
    if len(ours) != len(theirs) or not ours:
        raise ValueError(f"answers to the same queries are needed, got {len(ours)} and {len(theirs)}")
    pairs = list(zip(ours, theirs, strict=True))
    overlaps = [_overlap(set(one), set(other)) for one, other in pairs]
    return Agreement(len(pairs), sum(list(one) == list(other) for one, other in pairs), sum(overlaps) / len(overlaps))


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(len(one), len(other)) if one or other else 1.0
