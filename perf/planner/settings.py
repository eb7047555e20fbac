"""What one run of the planner is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assortment.errors import InputError
from perf.load_test.mix import MixSettings
from perf.load_test.settings import LoadSettings
from perf.of_catalogue import OfCatalogue
from perf.planner.plan import Need

TOOL: Final = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannerSettings(OfCatalogue):
    """The need, and where the curve comes from."""

    rate: float | None = None
    """Requests a second to plan for; None takes ten times what one replica carries."""
    p99_ms: float = 200.0
    error_share: float = 0.001
    headroom: float = 0.3
    failed: int = 1
    curve: Path | None = None
    """The summary of a load test of one replica, or of an earlier plan; None measures one here, and checks it with two."""
    cores: float | None = None
    """That the instances behind ``curve`` shared; None is a core for each. A replica that is measured here has one core."""
    one_caller: bool = False
    """Whether one caller goes round the replicas; otherwise many share them, and arrivals at each are independent."""
    seconds: float = 25.0
    """Of each step that is measured here."""
    closed_s: float = 8.0
    """Seconds of the closed loop that finds out which rates to step through."""
    shares: tuple[float, ...] = (0.2, 0.4, 0.6, 0.8, 1.0)
    """The steps, as shares of what the closed loop answered."""
    arrivals: int = 2_000
    """Of each simulation that is fitted."""

    def __post_init__(self) -> None:
        self.need(1.0 if self.rate is None else self.rate)
        self.load(replicas=1)  # which checks the seconds
        if len(self.shares) < 2 or min(self.shares) <= 0:
            raise InputError("shares", self.shares, "allowed: two or more above 0")
        if self.cores is not None and not (self.curve and self.cores > 0):
            raise InputError("cores", self.cores, "allowed: above 0, and only with a curve")
        if self.arrivals < 1:
            raise InputError("arrivals", self.arrivals, "allowed: 1 and above")

    @classmethod
    def quick(cls, **given: Any) -> PlannerSettings:
        """A minute: every part, and figures too rough to quote."""
        short = {"seconds": 3.0, "closed_s": 2.0, "shares": (0.2, 0.5), "arrivals": 200}
        return cls(**{**short, "p99_ms": 900.0, "error_share": 0.2, **given})

    @property
    def folder(self) -> Path:
        """Where the outputs go."""
        return self.build / TOOL

    def need(self, rate: float) -> Need:
        """What is wanted, at ``rate`` requests a second."""
        return Need(rate=rate, p99_ms=self.p99_ms, error_share=self.error_share, headroom=self.headroom, failed=self.failed)

    def load(self, *, replicas: int) -> LoadSettings:
        """The load test of so many replicas: searches by words, one worker a replica."""
        mix = MixSettings(catalogue=self.catalogue, build=self.build)
        return LoadSettings(mix=mix, workers=replicas, seconds=self.seconds, closed_s=self.closed_s)
