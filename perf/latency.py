"""Percentiles of measured times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long requests took, in milliseconds."""

    p50: float
    p95: float
    p99: float
    requests: int

    @classmethod
    def of(cls, times_s: Sequence[float]) -> Latency:
        """Percentiles of ``times_s`` (seconds), linear between neighbours as numpy's default.

        Raises:
            ValueError: when there are no times.
        """
        if not times_s:
            raise ValueError("percentiles of no requests are undefined; measure at least one")
        p50, p95, p99 = np.percentile(np.asarray(times_s) * 1_000.0, [50, 95, 99])
        return cls(p50=float(p50), p95=float(p95), p99=float(p99), requests=len(times_s))

    def as_dict(self) -> dict[str, float]:
        """Milliseconds to the microsecond, for a summary."""
        return {"p50": round(self.p50, 3), "p95": round(self.p95, 3), "p99": round(self.p99, 3), "requests": self.requests}
