"""The callers of the simulation: Poisson arrivals, and what is sent again.

Many callers share a fleet, each going round its replicas by himself: what a replica sees of them together is a Poisson process of
its own, so each request goes to a replica drawn by lot. A single caller who goes round them would send to each at nearly even
intervals, which spares them queues.

A refused request is sent once more, as our client does it: to the next replica at once, or to the only one after a pause, and
only while the retry budget lasts. All callers share one budget here.
"""

from __future__ import annotations

import heapq
import math
from typing import Final

import numpy as np

from assortment_client import Retry
from assortment_client.budget import Budget

_RETRY: Final = Retry()


class Callers:
    """What is sent, to which replica, and when. Times in milliseconds."""

    def __init__(self, drawn: np.random.Generator, *, rate: float, replicas: int, count: int, one: bool = False) -> None:
        """``count`` requests at ``rate`` a second, each to a replica by lot; in turns when it is ``one`` caller."""
        self.due: list[float] = np.cumsum(drawn.exponential(1e3 / rate, size=count)).tolist()
        """When each is due, ascending."""
        self._pauses: list[float] = drawn.uniform(0.0, 1e3 * _RETRY.base_s, size=count).tolist()
        self._replicas = replicas
        places = range(count) if one or replicas == 1 else drawn.integers(replicas, size=count).tolist()
        self._coming = [
            (moment, places[number] % replicas, number) for number, moment in enumerate(self.due)
        ]  # sorted, so a heap
        self._budget = Budget(ratio=_RETRY.budget_ratio, burst=_RETRY.budget_burst)
        self._sent_again: set[int] = set()

    @property
    def next_at(self) -> float:
        """When the next request is sent; infinite when none is left."""
        return self._coming[0][0] if self._coming else math.inf

    def send(self) -> tuple[float, int, int]:
        """The next request: when, to which replica, and its number."""
        now, place, number = heapq.heappop(self._coming)
        if number not in self._sent_again:
            self._budget.earn()
        return now, place, number

    def refused(self, now: float, place: int, number: int) -> None:
        """A replica refused it."""
        if number in self._sent_again or not self._budget.spend():
            return
        self._sent_again.add(number)
        if self._replicas == 1:
            heapq.heappush(self._coming, (now + self._pauses[number], place, number))
        else:
            heapq.heappush(self._coming, (now, (place + 1) % self._replicas, number))
