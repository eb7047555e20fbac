"""What one load test is asked to do."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from assortment.errors import InputError
from assortment.paths import BuildPaths
from perf.load_test.mix import MixSettings
from perf.load_test.objectives import Objective
from perf.load_test.shapes import OF_CAPACITY, SHAPES, Phase

TOOL: Final = "load"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSettings:
    """Shape, mix, server and objectives."""

    mix: MixSettings = field(default_factory=MixSettings)
    """What is asked, and the folder of all outputs."""
    shape: str = "step"
    rates: tuple[float, ...] = ()
    """Requests due a second; empty takes shares of the capacity, which is measured first."""
    seconds: float = 20.0
    """Of a phase; a spike takes a third of that."""
    deadline_ms: float = 1_000.0
    """After which an answer is of no use."""
    users: int = 128
    """Requests that may be under way at once."""
    workers: int = 1
    """Processes that send."""
    endpoint: str = ""
    """host:port of a running server; empty starts one on the catalogue's model repository."""
    admin_key_file: Path | None = None
    """The running server's admin key; without it, its stages are not told."""
    metrics: str = ""
    """host:port of the running server's metrics."""
    objectives: tuple[Objective, ...] = ()
    """What every phase has to meet."""
    web: bool = False
    """Whether Locust's web page is served, until Ctrl-C."""
    closed_s: float = 8.0
    """Seconds of each closed loop: capacity, and the generator's own limit."""

    def __post_init__(self) -> None:
        for name in ("seconds", "deadline_ms", "users", "workers", "closed_s"):
            if not 0 < getattr(self, name) < math.inf:
                raise InputError(name, getattr(self, name), "allowed: above 0, and finite")
        if self.users < self.workers:
            raise InputError("users", self.users, f"allowed: at least one for each of {self.workers} workers")
        for name in ("admin_key_file", "metrics"):
            if getattr(self, name) and not self.endpoint:
                raise InputError(name, str(getattr(self, name)), "allowed: only with endpoint; a server of its own has its own")
        if self.shape not in SHAPES:
            raise InputError("shape", self.shape, f"allowed: {', '.join(sorted(SHAPES))}")
        if self.rates:
            self.phases(self.rates)

    @classmethod
    def quick(cls, **given: Any) -> LoadSettings:
        """Half a minute: every part, and figures too rough to quote."""
        shape = given.get("shape", "step")
        rates = (5.0, 10.0)[: len(OF_CAPACITY[shape])] if shape in SHAPES else ()
        return cls(**{"seconds": 3.0, "closed_s": 1.0, "rates": rates, **given})

    def phases(self, rates: tuple[float, ...]) -> tuple[Phase, ...]:
        """The shape at these rates."""
        return SHAPES[self.shape](rates, self.seconds)

    @property
    def paths(self) -> BuildPaths:
        """Folders of the catalogue."""
        return BuildPaths(self.mix.build / self.mix.catalogue)

    @property
    def folder(self) -> Path:
        """Where the outputs go."""
        return self.mix.build / TOOL

    def flags(self) -> dict[str, object]:
        """The locustfile's flags, but for those of the schedule."""
        mix = self.mix
        return {
            "catalogue": mix.catalogue,
            "build": mix.build,
            "queries": mix.queries or "",
            "zipf": mix.zipf,
            "text": mix.text,
            "picture": mix.picture,
            "rerank": mix.rerank,
            "seed": mix.seed,
            "deadline_ms": self.deadline_ms,
        }
