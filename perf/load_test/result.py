"""Everything that one load test found, for ``summary.json``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from perf.load_test.phases import PhaseResult
from perf.load_test.settings import LoadSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """Phases in their order; only those that were reached."""

    settings: LoadSettings
    phases: Sequence[PhaseResult]
    capacity_per_s: float | None
    """Of a closed loop of eight users; None when rates were given."""
    generator_per_s: float | None
    """What the generator itself manages, against a server that replays; None when that was not reached."""
    incomplete: str = ""
    """Why it ended before its end."""
    earlier_tests: int = 0
    """That Locust's page began before the one told here."""

    @property
    def missed(self) -> list[str]:
        """Objectives that a phase missed, in words."""
        objectives = self.settings.objectives
        return [objective.missed(phase) for phase in self.phases for objective in objectives if not objective.is_met(phase)]

    @property
    def meets_up_to(self) -> PhaseResult | None:
        """The phase with the highest rate below which, and at which, all objectives were met."""
        best = None
        for phase in sorted(self.phases, key=lambda phase: phase.phase.rate):
            if not all(objective.is_met(phase) for objective in self.settings.objectives):
                break
            best = phase
        return best

    @property
    def passed(self) -> bool:
        """Whether the run reached its end and every phase met every objective."""
        return not self.incomplete and not self.missed

    def summary(self) -> dict[str, Any]:
        """For ``summary.json``. Times in milliseconds, rates a second."""
        settings = self.settings
        return {
            "passed": self.passed,
            "incomplete": self.incomplete,
            "objectives": [str(objective) for objective in settings.objectives],
            "missed": self.missed,
            "earlier_tests": self.earlier_tests,
            "shape": settings.shape,
            "capacity_per_s": self.capacity_per_s and round(self.capacity_per_s, 2),
            "generator_per_s": self.generator_per_s and round(self.generator_per_s, 1),
            "workers": settings.workers,
            "users": settings.users,
            "deadline_ms": settings.deadline_ms,
            "endpoint": settings.endpoint,
            "mix": {name: str(value) if name in {"build", "queries"} else value for name, value in asdict(settings.mix).items()},
            "phases": [phase.summary() for phase in self.phases],
        }
