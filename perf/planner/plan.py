"""The arithmetic of replicas.

One replica carries the highest measured rate at which the bounds held; nothing is read between two steps of the curve. Replicas
are as many as carry the target rate and its head-room when the failed ones are gone:

    replicas = ceil(target (1 + head-room) / carried) + failed
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from assortment.errors import InputError, StepError
from perf.planner.curve import Curve, Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What is wanted."""

    rate: float
    """Requests a second, of all callers together."""
    p99_ms: float = 200.0
    error_share: float = 0.001
    headroom: float = 0.3
    """Share of traffic on top of ``rate`` that has to be carried within the bounds too."""
    failed: int = 1
    """Replicas that may be down meanwhile."""

    def __post_init__(self) -> None:
        if not 0 < self.rate < math.inf:
            raise InputError("rate", self.rate, "allowed: above 0, and finite")
        if not self.p99_ms > 0:
            raise InputError("p99_ms", self.p99_ms, "allowed: above 0")
        if not 0 <= self.error_share < 1:
            raise InputError("error_share", self.error_share, "allowed: 0 to below 1")
        for field in ("headroom", "failed"):
            if not 0 <= getattr(self, field) < math.inf:
                raise InputError(field, getattr(self, field), "allowed: 0 and above, and finite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What it takes."""

    need: Need
    carried: Point
    """The step of the curve up to which one replica meets the bounds."""
    replicas: int
    usual_p99_ms: float
    """As the curve tells it at the target rate, all replicas up."""
    worst_p99_ms: float
    """With head-room used up and the failed ones gone."""

    @property
    def carrying(self) -> int:
        """Replicas that are left when so many have failed as may."""
        return self.replicas - self.need.failed

    @property
    def worst_rate(self) -> float:
        """Requests a second that the remaining replicas have to carry then."""
        return self.need.rate * (1 + self.need.headroom)


def plan(need: Need, curve: Curve) -> Plan:
    """Replicas for what is wanted.

    Raises:
        StepError: when one replica meets the bounds at no measured rate: more of them would not help.
    """
    carried = curve.meets_up_to(need.p99_ms, need.error_share)
    if carried is None:
        first = curve.points[0]
        raise StepError(
            f"one replica misses p99 {need.p99_ms:g} ms or error share {need.error_share:g} already at the lowest measured rate, "
            f"{first.rate:.4g}/s (p99 {first.p99_ms:.4g} ms, error share {first.error_share:.3g}); more replicas would not help: "
            "measure lower rates, or allow more"
        )
    worst = need.rate * (1 + need.headroom)
    carrying = math.ceil(worst / carried.rate)
    replicas = carrying + need.failed
    return Plan(
        need=need,
        carried=carried,
        replicas=replicas,
        usual_p99_ms=curve.p99_ms(need.rate / replicas),
        worst_p99_ms=curve.p99_ms(worst / carrying),
    )
