"""One simulated replica: a queue, and instances that share cores.

An idle instance takes what waits, as many as a batch holds, and what has waited longer than the queue allows is refused then.
Instances that are busy at the same moment share the cores evenly, each running on one at most (processor sharing).
"""

from __future__ import annotations

import collections
import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

from perf.planner.service import Service


@dataclass(frozen=True, slots=True)
class Batch:
    """Requests that are executed together."""

    taken: float
    """When an instance took them, ms."""
    requests: list[int]


class Replica:
    """Times in milliseconds. Whoever drives it lets no time pass beyond ``next_end`` without calling ``end``."""

    def __init__(self, service: Service, factors: Sequence[float]) -> None:
        """Idle, at moment 0. ``factors``: how much more work than the mean each request is."""
        self._service = service
        self._factors = factors
        self._now = 0.0
        self._worked = 0.0  # by an instance that was always busy: all that are busy progress alike
        self._busy: list[tuple[float, int, Batch]] = []  # by how much will have been worked at its end
        self._waiting: collections.deque[tuple[float, int]] = collections.deque()  # since when, and which

    @property
    def next_end(self) -> float:
        """When the next batch ends if nothing comes before; infinite without one."""
        return self._now + (self._busy[0][0] - self._worked) / self._speed if self._busy else math.inf

    @property
    def _speed(self) -> float:
        return min(1.0, self._service.batching.cores / len(self._busy))

    def arrive(self, now: float, request: int) -> None:
        """A request joins the queue."""
        self._advance(now)
        self._waiting.append((now, request))

    def end(self) -> tuple[float, Batch]:
        """The next batch ends: when, and which."""
        self._advance(self.next_end)
        return self._now, heapq.heappop(self._busy)[2]

    def take(self) -> list[int]:
        """Idle instances take what they can; returns what is refused."""
        batching = self._service.batching
        refused: list[int] = []
        while self._waiting and len(self._busy) < batching.instances:
            requests: list[int] = []
            while self._waiting and len(requests) < batching.batch:
                since, request = self._waiting.popleft()
                (requests if self._now - since <= batching.wait_ms else refused).append(request)
            if requests:
                work = self._service.fixed_ms + self._service.each_ms * sum(self._factors[request] for request in requests)
                heapq.heappush(self._busy, (self._worked + work, requests[0], Batch(self._now, requests)))
        return refused

    def _advance(self, now: float) -> None:
        if self._busy:
            self._worked += (now - self._now) * self._speed
        self._now = now
