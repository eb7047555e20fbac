"""What one replica was measured to do at each rate: the steps of a load test."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assortment.errors import InputError
from perf.load_test.phases import PhaseResult

_MODEL = "text_search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One step."""

    rate: float
    """Requests due a second."""
    p50_ms: float
    p95_ms: float
    p99_ms: float
    """Infinite when more than a hundredth was not answered."""
    error_share: float
    requests: int = 0
    """Behind these figures: a p99 rests on a hundredth of them."""
    batch_ms: float = 0.0
    """What a batch of ``text_search`` takes, mean over answered requests; 0 when the server's statistics were not read, or it has
    no such model, as GPU nodes."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points by ascending rate, at least two."""

    points: tuple[Point, ...]

    @classmethod
    def of(cls, phases: Sequence[PhaseResult]) -> Curve:
        """From a load test that has just been run.

        Raises:
            InputError: when it has fewer than two steps.
        """
        return cls.parse([phase.summary() for phase in phases], source="load test")

    @classmethod
    def read(cls, path: Path) -> Curve:
        """From the ``summary.json`` of a load test of the shape "step", or of an earlier plan.

        Raises:
            InputError: when it is neither, or the run was incomplete.
        """
        allowed = "allowed: the summary.json of a whole load test of one replica, --shape step, or of a plan"
        try:
            summary = json.loads(path.read_text(encoding="utf-8"))
            if points := summary.get("curve"):
                return cls(tuple(_again(point) for point in points))
            if summary["shape"] != "step" or summary["incomplete"]:
                raise InputError("curve", str(path), allowed)
            return cls.parse(summary["phases"], source=str(path))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError("curve", str(path), f"{allowed} ({error!r})") from error

    @classmethod
    def parse(cls, phases: Sequence[Mapping[str, Any]], *, source: str) -> Curve:
        """From the phases of a summary.

        Raises:
            InputError: when there are fewer than two.
        """
        if len(phases) < 2:
            raise InputError("curve", source, "allowed: two steps or more")
        return cls(tuple(sorted((_point(phase) for phase in phases), key=lambda point: point.rate)))

    @property
    def tells_batches(self) -> bool:
        """Whether every point has the time of a batch, as the simulation needs it."""
        return all(point.batch_ms > 0 for point in self.points)

    def meets_up_to(self, p99_ms: float, error_share: float) -> Point | None:
        """The last point at which, and below which, both bounds held; None when not even the first did."""
        best = None
        for point in self.points:
            if point.p99_ms > p99_ms or point.error_share > error_share:
                break
            best = point
        return best

    def p99_ms(self, rate: float) -> float:
        """Between two points linear, below the first its value, beyond the last infinite: nobody measured there."""
        lower = None
        for point in self.points:
            if rate <= point.rate:
                if lower is None or rate == point.rate:
                    return point.p99_ms
                return lower.p99_ms + (rate - lower.rate) / (point.rate - lower.rate) * (point.p99_ms - lower.p99_ms)
            lower = point
        return math.inf


def _again(point: Mapping[str, Any]) -> Point:
    figures: dict[str, Any] = {name: math.inf if value is None else value for name, value in point.items()}
    return Point(**figures)


def _point(phase: Mapping[str, Any]) -> Point:
    stage = next((stage for stage in phase["stages"] if stage["model"] == _MODEL), None)
    latency = {name: math.inf if ms is None else float(ms) for name, ms in phase["latency_ms"].items()}
    return Point(
        rate=float(phase["rate_per_s"]),
        p50_ms=latency["p50_ms"],
        p95_ms=latency["p95_ms"],
        p99_ms=latency["p99_ms"],
        error_share=float(phase["error_share"]),
        requests=int(phase.get("requests", 0)),
        batch_ms=stage["compute_ms"] if stage else 0.0,
    )
