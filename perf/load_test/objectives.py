"""What has to hold, as ``name=value``: ``p99_ms=50`` or ``error_share=0.01``.

A request that was not answered counts as slower than every other, so a server cannot buy a good percentile by refusing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from assortment.errors import InputError
from perf.load_test.phases import PhaseResult

AT_MOST: Final = ("p50_ms", "p90_ms", "p95_ms", "p99_ms", "p99.9_ms", "error_share")
AT_LEAST: Final = ("answered_per_s",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """One of them."""

    name: str
    bound: float

    @classmethod
    def parse(cls, text: str) -> Objective:
        """From ``name=value``.

        Raises:
            InputError: when it is not of that form, or there is no such name.
        """
        name, _, value = text.partition("=")
        allowed = f"allowed: one of {', '.join((*AT_MOST, *AT_LEAST))}, = and a number of 0 or above"
        try:
            bound = float(value)
        except ValueError:
            raise InputError("objective", text, allowed) from None
        if name not in (*AT_MOST, *AT_LEAST) or not math.isfinite(bound) or bound < 0:
            raise InputError("objective", text, allowed)
        return cls(name=name, bound=bound)

    def is_met(self, phase: PhaseResult) -> bool:
        """Whether it held during the phase."""
        found = phase.figure(self.name)
        return found >= self.bound if self.name in AT_LEAST else found <= self.bound

    def missed(self, phase: PhaseResult) -> str:
        """What was found instead, in words."""
        found, direction = phase.figure(self.name), "at least" if self.name in AT_LEAST else "at most"
        told = f"{found:.4g}" if math.isfinite(found) else "more requests failed than that leaves"
        return f"{phase.phase.name} at {phase.phase.rate:.4g}/s: {self.name} {told}, wanted {direction} {self.bound:g}"

    def __str__(self) -> str:
        return f"{self.name} {'>=' if self.name in AT_LEAST else '<='} {self.bound:g}"
