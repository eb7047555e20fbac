"""Everything that one run of the planner found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from perf.load_test.phases import PhaseResult
from perf.planner.curve import Curve, Point
from perf.planner.plan import Plan
from perf.planner.queueing import Simulated
from perf.planner.service import Service
from perf.planner.settings import PlannerSettings


@dataclass(slots=True, kw_only=True)
class PlannerResult:
    """What is known so far; the rest is None or empty."""

    settings: PlannerSettings
    curve: Curve | None = None
    plan: Plan | None = None
    service: Service | None = None
    simulated: list[tuple[Point, Simulated]] = field(default_factory=list)
    """Each step of the curve, and what the fit to all other steps foretells of it."""
    not_simulated: str = ""
    """Why there is no simulation, where the curve allows none."""
    usual: Simulated | None = None
    """All replicas at the target rate."""
    worst: Simulated | None = None
    """Those that are left at the target rate and its head-room."""
    two: Sequence[tuple[Point, PhaseResult]] = ()
    """Steps of the curve, and two replicas at twice the rate."""
    incomplete: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the simulation keeps the bounds in the worst case; None before it was run."""
        if self.worst is None or self.plan is None:
            return None
        need = self.plan.need
        return self.worst.p99_ms <= need.p99_ms and self.worst.error_share <= need.error_share

    def summary(self) -> dict[str, Any]:
        """For ``summary.json``; infinities are null."""
        told: dict[str, Any] = {
            "incomplete": self.incomplete,
            "curve": [asdict(point) for point in self.curve.points] if self.curve else [],
            "plan": asdict(self.plan) if self.plan else None,
            "service": asdict(self.service) if self.service else None,
            "simulated": [{"rate": point.rate, "measured_p99_ms": point.p99_ms, **asdict(one)} for point, one in self.simulated],
            "usual": asdict(self.usual) if self.usual else None,
            "worst": asdict(self.worst) if self.worst else None,
            "simulation_holds": self.holds,
            "not_simulated": self.not_simulated,
            "two_replicas": [
                {"one_rate": point.rate, "one_p99_ms": point.p99_ms, "two": phase.summary()} for point, phase in self.two
            ],
        }
        finite: dict[str, Any] = _finite(told)
        return finite


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value
