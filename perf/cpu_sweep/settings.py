"""What the sweep compares, and how much work goes into it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from assortment.contract import MAX_BATCH_SIZE
from assortment.errors import InputError
from perf.of_catalogue import OfCatalogue


@dataclass(frozen=True, slots=True)
class Tuning:
    """One way to run ``text_search``."""

    instances: int
    """Processes of the Python backend."""
    threads: int
    """Threads of ONNX Runtime in each of them."""
    batch: int
    """Preferred batch size; 16, the largest batch there is, means none is preferred."""
    delay_us: int
    """How long the batcher waits for a batch to fill, microseconds."""

    def __post_init__(self) -> None:
        """Checks the values.

        Raises:
            InputError: naming the field.
        """
        allowed = {"instances": (1, 64), "threads": (1, 64), "batch": (1, MAX_BATCH_SIZE), "delay_us": (0, 50_000)}
        for field, (low, high) in allowed.items():
            if not low <= getattr(self, field) <= high:
                raise InputError(field, getattr(self, field), f"allowed: {low} to {high}")

    def __str__(self) -> str:
        batch = "any batch" if self.batch == MAX_BATCH_SIZE else f"batch {self.batch}"
        instances = "1 instance" if self.instances == 1 else f"{self.instances} instances"
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return f"{instances}, {threads}, {batch}, {self.delay_us} us"


INSTANCES: Final = (1, 2, 3)
THREADS: Final = (1, 2)
BATCHES: Final = (1, 4, 8, 16)
DELAYS_US: Final = (0, 500, 2_000)
_ALLOWED: Final = Tuning(instances=1, threads=1, batch=1, delay_us=0)  # in the default's place, which is not read yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(OfCatalogue):
    """Catalogue, values and amounts of work."""

    instances: Sequence[int] = INSTANCES
    threads: Sequence[int] = THREADS
    batches: Sequence[int] = BATCHES
    delays_us: Sequence[int] = DELAYS_US
    cross: bool = False
    """Every combination of the values, instead of one value changed at a time."""
    rounds: int = 4
    """Times that every tuning is measured, each round in another order."""
    in_flight: int = 8
    """Requests kept at the server to measure throughput."""
    requests: int = 400
    """Requests of such a block."""
    alone_requests: int = 60
    """Requests of a block with one in flight."""
    rate_share: float = 0.6
    """Arrivals of the open-loop block, as a share of the default's throughput; the same rate for every tuning."""
    seconds: float = 5.0
    """Length of the open-loop block."""

    def __post_init__(self) -> None:
        """Checks the amounts, and every tuning.

        Raises:
            InputError: naming the field.
        """
        self.tunings(_ALLOWED)
        for field in ("rounds", "in_flight", "requests", "alone_requests"):
            if getattr(self, field) < 1:
                raise InputError(field, getattr(self, field), "allowed: 1 and above")
        if not 0 < self.rate_share < 1:
            raise InputError("rate_share", self.rate_share, "allowed: between 0 and 1")
        if not 0 < self.seconds < math.inf:
            raise InputError("seconds", self.seconds, "allowed: above 0, and finite")

    @classmethod
    def quick(cls, **given: Any) -> Settings:
        """One short round of two tunings: whether it runs, not what it tells."""
        few = {"instances": (), "threads": (), "batches": (4,), "delays_us": ()}
        return cls(**{**few, "rounds": 1, "requests": 64, "alone_requests": 10, "seconds": 1.0, **given})

    def tunings(self, default: Tuning) -> list[Tuning]:
        """What to compare, the default first; without ``cross``, all that differ from it in one value."""
        values = {
            "instances": self.instances,
            "threads": self.threads,
            "batch": self.batches,
            "delay_us": self.delays_us,
        }
        if self.cross:
            axes = [several or (getattr(default, field),) for field, several in values.items()]
            wanted = [Tuning(*combination) for combination in itertools.product(*axes)]
        else:
            wanted = [replace(default, **{field: value}) for field, several in values.items() for value in several]
        return list(dict.fromkeys([default, *wanted]))
