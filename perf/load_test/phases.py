"""The figures of each phase: rates, percentiles, failures, and what the server's stages took meanwhile."""

from __future__ import annotations

import collections
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from perf.load_test.samples import ANSWERED, Sample
from perf.load_test.shapes import Phase
from perf.stages import Stage

PERCENTILES: Final = {"p50_ms": 50.0, "p90_ms": 90.0, "p95_ms": 95.0, "p99_ms": 99.0, "p99.9_ms": 99.9}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseResult:
    """What came of one phase, of requests by when they were due."""

    phase: Phase
    requests: int
    answered: int
    failed: Mapping[str, int]
    """Name of the client's error to how often."""
    latency_ms: Mapping[str, float]
    """Percentiles over all requests, from when they were due; an unanswered one is slower than all others, so infinity where
    more failed than the percentile leaves."""
    by_kind_ms: Mapping[str, Mapping[str, float]]
    behind_p99_ms: float
    """99th percentile of how late the generator itself was."""
    stages: Sequence[Stage] = ()
    """The server's models, from Triton's statistics; none when they could not be read."""
    inner_shares: Mapping[str, float]
    """Stage inside ``text_search`` to its share of that model's time."""

    @property
    def answered_per_s(self) -> float:
        """Answers a second."""
        return self.answered / self.phase.seconds

    @property
    def error_share(self) -> float:
        """Share of the requests that were not answered."""
        return (self.requests - self.answered) / self.requests if self.requests else math.nan

    def figure(self, name: str) -> float:
        """The figure that an objective names; NaN of a phase without requests, which meets none."""
        return self.latency_ms[name] if name in PERCENTILES else float(getattr(self, name))

    def summary(self) -> dict[str, Any]:
        """For ``summary.json``; an infinite percentile is null."""
        return {
            "name": self.phase.name,
            "rate_per_s": round(self.phase.rate, 3),
            "seconds": round(self.phase.seconds, 3),
            "requests": self.requests,
            "answered_per_s": round(self.answered_per_s, 2),
            "error_share": None if math.isnan(self.error_share) else round(self.error_share, 5),
            "failed": dict(self.failed),
            "latency_ms": _finite(self.latency_ms),
            "by_kind_ms": {kind: _finite(found) for kind, found in self.by_kind_ms.items()},
            "behind_p99_ms": round(self.behind_p99_ms, 2) if math.isfinite(self.behind_p99_ms) else None,
            "stages": [asdict(stage) for stage in self.stages],
            "inner_shares": {stage: round(share, 4) for stage, share in self.inner_shares.items()},
        }


def split(phases: Sequence[Phase], samples: Sequence[Sample]) -> list[tuple[Phase, list[Sample]]]:
    """The samples of each phase, by when they were due."""
    ends = np.cumsum([phase.seconds for phase in phases])
    parts: list[list[Sample]] = [[] for _ in phases]
    for sample in samples:
        place = int(np.searchsorted(ends, sample.due_s, side="right"))
        if place < len(parts):
            parts[place].append(sample)
    return list(zip(phases, parts, strict=True))


def result(
    phase: Phase, samples: Sequence[Sample], stages: Sequence[Stage] = (), inner_shares: Mapping[str, float] | None = None
) -> PhaseResult:
    """The figures of one phase."""
    kinds = sorted({sample.kind for sample in samples})
    behind = [sample.behind_s * 1e3 for sample in samples]
    return PhaseResult(
        phase=phase,
        requests=len(samples),
        answered=sum(sample.outcome == ANSWERED for sample in samples),
        failed=dict(collections.Counter(sample.outcome for sample in samples if sample.outcome != ANSWERED)),
        latency_ms=percentiles_ms(samples),
        by_kind_ms={kind: percentiles_ms([sample for sample in samples if sample.kind == kind]) for kind in kinds},
        behind_p99_ms=float(np.percentile(behind, 99)) if behind else math.nan,
        stages=stages,
        inner_shares=inner_shares or {},
    )


def percentiles_ms(samples: Sequence[Sample]) -> dict[str, float]:
    """Percentiles of all requests, the unanswered ones being infinitely slow; NaN of none.

    No interpolation: each percentile is the time of a request (numpy's ``higher``).
    """
    if not samples:
        return dict.fromkeys(PERCENTILES, math.nan)
    times = [sample.took_s * 1e3 if sample.outcome == ANSWERED else math.inf for sample in samples]
    found = np.percentile(times, list(PERCENTILES.values()), method="higher").tolist()
    return dict(zip(PERCENTILES, found, strict=True))


def _finite(found: Mapping[str, float]) -> dict[str, float | None]:
    return {name: round(value, 3) if math.isfinite(value) else None for name, value in found.items()}
