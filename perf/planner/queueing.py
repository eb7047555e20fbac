"""A simulation of replicas and their callers, event by event.

It begins with empty queues, so each replica has to be sent enough to leave that behind: 2,000 requests each, the first twentieth
of which is not counted. Replicas hardly meet, but for what one refuses and another is asked again: of a large fleet a part is
simulated at the same rate each.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from perf.planner.callers import Callers
from perf.planner.replica import Replica
from perf.planner.service import Service

_ARRIVALS: Final = 10_000  # at least
_ARRIVALS_EACH: Final = 2_000
_LARGEST_FLEET: Final = 50  # of which all replicas are simulated
_WARM_UP: Final = 0.05  # share of the arrivals, at the start, that are not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What came of it. A request that was not answered counts as slower than all others."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    """Infinite when more than a hundredth was not answered."""
    error_share: float
    batch_ms: float
    """What a batch took from leaving the queue, mean over requests, as Triton counts it."""
    replicas: int = 1
    """So many were simulated: fewer than were asked for when those were more than 50."""


class _Fleet:
    """Replicas, and which of them ends a batch next."""

    def __init__(self, service: Service, factors: Sequence[float], count: int) -> None:
        self.replicas = [Replica(service, factors) for _ in range(count)]
        self._ends = [math.inf] * count
        self._heap: list[tuple[float, int]] = []  # an end that is no longer the one in _ends is passed over

    def changed(self, place: int) -> None:
        """To be told after anything was done with a replica."""
        self._ends[place] = end = self.replicas[place].next_end
        if end < math.inf:
            heapq.heappush(self._heap, (end, place))

    def next_end(self) -> tuple[float, int]:
        """When the next batch ends, and where; infinite when all are idle."""
        while self._heap and self._ends[self._heap[0][1]] != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0] if self._heap else (math.inf, 0)


def simulate(
    service: Service,
    *,
    rate: float,
    replicas: int = 1,
    arrivals: int | None = None,
    seed: int = 0,
    one_caller: bool = False,
) -> Simulated:
    """What becomes of requests at ``rate`` a second over all replicas.

    All that is drawn belongs to a request, so that two services meet the same ones.

    Args:
        service: of each replica.
        rate: over all replicas, above 0.
        replicas: of more than 50, fifty are simulated at the same rate each.
        arrivals: so many requests; None is 2,000 for each replica, and no fewer than 10,000.
        seed: of all that is drawn.
        one_caller: goes round the replicas; otherwise arrivals at each are independent.
    """
    part = min(replicas, _LARGEST_FLEET)
    arrivals = max(_ARRIVALS, _ARRIVALS_EACH * part) if arrivals is None else arrivals
    drawn = np.random.default_rng(seed)
    callers = Callers(drawn, rate=rate * (part / replicas), replicas=part, count=arrivals, one=one_caller)
    sigma = math.sqrt(math.log1p(service.scatter**2))
    factors = np.exp(sigma * drawn.standard_normal(arrivals) - sigma**2 / 2).tolist()
    fleet = _Fleet(service, factors, part)
    took, batch_ms = np.full(arrivals, math.inf), np.full(arrivals, math.nan)
    while True:
        end, place = fleet.next_end()
        if callers.next_at < end:
            now, place, number = callers.send()
            fleet.replicas[place].arrive(now, number)
        elif end < math.inf:
            now, batch = fleet.replicas[place].end()
            batch_ms[batch.requests] = now - batch.taken
            for number in batch.requests:
                took[number] = now - callers.due[number] + service.way_ms
        else:
            break
        for number in fleet.replicas[place].take():
            callers.refused(now, place, number)
        fleet.changed(place)
    counted = took[int(arrivals * _WARM_UP) :]
    p50, p95, p99 = np.percentile(counted, [50, 95, 99], method="higher").tolist()
    return Simulated(
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        error_share=float(np.isinf(counted).mean()),
        batch_ms=float(np.nanmean(batch_ms)),
        replicas=part,
    )
