"""A simulation of replicas under Poisson arrivals, event by event.

Requests go to the replicas in turns, as our client sends them. Each replica has one queue; an idle instance takes what waits in
it, as many as a batch holds, and a request that has waited longer than the queue allows is refused then. A refused request
counts as slower than all others, and is not sent again, though our client would.
"""

from __future__ import annotations

import collections
import heapq
import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from perf.planner.service import Service

_ARRIVALS = 10_000
_WARM_UP = 0.05  # share of the arrivals, at the start, that are not counted


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came of it."""

    p50_ms: float
    p99_ms: float
    error_share: float


@dataclass(slots=True)
class _Replica:
    idle: int
    waiting: collections.deque[int] = field(default_factory=collections.deque)


def simulate(service: Service, *, rate: float, replicas: int = 1, arrivals: int = _ARRIVALS, seed: int = 0) -> Simulated:
    """Times of ``arrivals`` requests at ``rate`` a second over all replicas."""
    drawn = np.random.default_rng(seed)
    due = np.cumsum(drawn.exponential(1e3 / rate, size=arrivals))
    took = np.full(arrivals, math.inf)
    fleet = [_Replica(service.batching.instances) for _ in range(replicas)]
    sigma = math.sqrt(math.log1p(service.scatter**2))
    events: list[tuple[float, int, int]] = [(moment, number % replicas, number) for number, moment in enumerate(due)]
    # Already a heap, since it is sorted. Number -1: a batch of that replica has ended.
    while events:
        now, place, number = heapq.heappop(events)
        replica = fleet[place]
        if number < 0:
            replica.idle += 1
        else:
            replica.waiting.append(number)
        while replica.idle and (batch := _take(replica, due, now, service)):
            mean = service.fixed_ms + service.each_ms * len(batch)
            end = now + mean * float(drawn.lognormal(-(sigma**2) / 2, sigma))
            took[batch] = end - due[batch] + service.way_ms
            replica.idle -= 1
            heapq.heappush(events, (end, place, -1))
    counted = took[int(arrivals * _WARM_UP) :]
    p50, p99 = np.percentile(counted, [50, 99], method="higher").tolist()
    return Simulated(p50_ms=p50, p99_ms=p99, error_share=float(np.isinf(counted).mean()))


def _take(replica: _Replica, due: npt.NDArray[np.float64], now: float, service: Service) -> list[int]:
    """The next batch; what waited too long is dropped."""
    batch: list[int] = []
    while replica.waiting and len(batch) < service.batching.batch:
        number = replica.waiting.popleft()
        if now - due[number] <= service.batching.wait_ms:
            batch.append(number)
    return batch
