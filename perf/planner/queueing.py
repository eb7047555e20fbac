"""A simulation of replicas and their callers, event by event."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from perf.planner.callers import Callers
from perf.planner.replica import Replica
from perf.planner.service import Service

_ARRIVALS: Final = 10_000
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


def simulate(service: Service, *, rate: float, replicas: int = 1, arrivals: int = _ARRIVALS, seed: int = 0) -> Simulated:
    """What becomes of ``arrivals`` requests at ``rate`` a second over all replicas.

    All that is drawn belongs to a request, so that two services meet the same ones.
    """
    drawn = np.random.default_rng(seed)
    callers = Callers(drawn, rate=rate, replicas=replicas, count=arrivals)
    sigma = math.sqrt(math.log1p(service.scatter**2))
    factors = np.exp(sigma * drawn.standard_normal(arrivals) - sigma**2 / 2).tolist()
    fleet = [Replica(service, factors) for _ in range(replicas)]
    took, batch_ms = np.full(arrivals, math.inf), np.full(arrivals, math.nan)
    while True:
        place = min(range(replicas), key=lambda place: fleet[place].next_end)
        if callers.next_at < fleet[place].next_end:
            now, place, number = callers.send()
            fleet[place].arrive(now, number)
        elif fleet[place].next_end < math.inf:
            now, batch = fleet[place].end()
            batch_ms[batch.requests] = now - batch.taken
            for number in batch.requests:
                took[number] = now - callers.due[number] + service.way_ms
        else:
            break
        for number in fleet[place].take():
            callers.refused(now, place, number)
    counted = took[int(arrivals * _WARM_UP) :]
    p50, p95, p99 = np.percentile(counted, [50, 95, 99], method="higher").tolist()
    error_share = float(np.isinf(counted).mean())
    return Simulated(p50_ms=p50, p95_ms=p95, p99_ms=p99, error_share=error_share, batch_ms=float(np.nanmean(batch_ms)))
