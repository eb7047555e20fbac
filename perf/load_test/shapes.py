"""Shapes of load: how many requests a second are due, phase after phase.

Locust's own shapes change the number of users, who wait for their answers: a slow server is then asked less. These change the
rate at which requests become due, whatever the server does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assortment.errors import InputError

_SOAK_SLICES: Final = 10  # as many phases as it takes to see whether the last is worse than the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of constant load."""

    name: str
    rate: float
    """Requests that become due a second, on average."""
    seconds: float

    def __post_init__(self) -> None:
        for field in ("rate", "seconds"):
            if not 0 < getattr(self, field) < math.inf:
                raise InputError(f"{field} of a phase", getattr(self, field), "allowed: above 0, and finite")


def steady(rates: Sequence[float], seconds: float) -> tuple[Phase, ...]:
    """One rate."""
    (rate,) = _as_many(1, rates, "steady")
    return (Phase(name="steady", rate=rate, seconds=seconds),)


def step(rates: Sequence[float], seconds: float) -> tuple[Phase, ...]:
    """One rate after the other, ``seconds`` each: the curve that the capacity planner reads."""
    if len(rates) < 2:
        raise InputError("rates", tuple(rates), "allowed: two or more for the shape step")
    return tuple(Phase(name=f"step {number}", rate=rate, seconds=seconds) for number, rate in enumerate(rates, 1))


def spike(rates: Sequence[float], seconds: float) -> tuple[Phase, ...]:
    """The first rate, then for a third of ``seconds`` the second, then the first again."""
    base, peak = _as_many(2, rates, "spike")
    return (
        Phase(name="before", rate=base, seconds=seconds),
        Phase(name="spike", rate=peak, seconds=seconds / 3),
        Phase(name="after", rate=base, seconds=seconds),
    )


def soak(rates: Sequence[float], seconds: float) -> tuple[Phase, ...]:
    """One rate for ten times ``seconds``, in ten slices."""
    (rate,) = _as_many(1, rates, "soak")
    return tuple(Phase(name=f"slice {number}", rate=rate, seconds=seconds) for number in range(1, _SOAK_SLICES + 1))


Shape = Callable[[Sequence[float], float], tuple[Phase, ...]]
SHAPES: Final[Mapping[str, Shape]] = {shape.__name__: shape for shape in (steady, step, spike, soak)}
OF_CAPACITY: Final[Mapping[str, tuple[float, ...]]] = {
    "steady": (0.5,),
    "step": (0.2, 0.4, 0.6, 0.8, 1.0, 1.2),
    "spike": (0.4, 1.5),
    "soak": (0.4,),
}
"""Rates of each shape as shares of capacity, for those who name none."""


def _as_many(count: int, rates: Sequence[float], shape: str) -> Sequence[float]:
    if len(rates) != count:
        raise InputError("rates", tuple(rates), f"allowed: {count} for the shape {shape}")
    return rates
