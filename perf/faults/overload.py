"""More than the replicas can answer, through our client: what is still answered in time, and how often servers are asked.

Servers get one core and the client another, as callers do not live on their servers' processors: otherwise the client's share of
five times the load would be taken from the answers. Two replicas on one core take up to four batches at a time there, so an
answer under load takes several times what it takes on a node of its own; deadlines have to allow for that.

Arrivals are open-loop; see ``perf.open_loop``.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from assortment_client import AsyncSearchClient, DeadlineExceeded, Overloaded, SearchError
from perf.cores import bind
from perf.faults.replicas import Replica
from perf.faults.steady import AttemptCounter
from perf.open_loop import Arrivals, arrive, moments

_PATIENT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdone:
    """One open-loop run."""

    times: float
    """The load, in multiples of capacity."""
    arrivals: Arrivals
    calls: int
    attempts: int

    @property
    def attempts_per_call(self) -> float:
        """How often servers were asked for one call."""
        return self.attempts / self.calls

    def summary(self) -> dict[str, Any]:
        """For ``summary.json``."""
        arrivals = self.arrivals
        return {
            "times_capacity": self.times,
            "offered_per_s": round(arrivals.offered / arrivals.seconds, 1),
            "good_per_s": round(arrivals.goodput, 1),
            "shed": arrivals.shed,
            "late": arrivals.late,
            "failed": arrivals.failed,
            "attempts_per_call": round(self.attempts_per_call, 3),
            "generator_behind_p99_ms": round(float(np.percentile(arrivals.behind_s, 99)) * 1e3, 1),
        }


@dataclass(slots=True, kw_only=True)
class Overload:
    """What all runs came to."""

    capacity: float
    """Answers a second with a few calls in flight."""
    runs: list[Overdone] = field(default_factory=list)

    @property
    def peak(self) -> float:
        """The best goodput of any run, answers within the deadline a second."""
        return max(run.arrivals.goodput for run in self.runs)

    def at(self, times: float) -> list[Overdone]:
        """The runs at one load."""
        return [run for run in self.runs if run.times == times]

    def summary(self) -> dict[str, Any]:
        """For ``summary.json``."""
        told = {"capacity_per_s": round(self.capacity, 1), "peak_good_per_s": round(self.peak, 1)}
        return {**told, "runs": [run.summary() for run in self.runs]}


def measure(
    replicas: Sequence[Replica], queries: Sequence[str], *, times: Sequence[float], seconds: float, deadline_s: float
) -> Overload:
    """Capacity first, then a run at each multiple of it, in the order given."""
    with _apart(replicas):
        endpoints = [replica.address for replica in replicas]
        return asyncio.run(_measure(endpoints, queries, times=times, seconds=seconds, deadline_s=deadline_s))


@contextmanager
def _apart(replicas: Sequence[Replica]) -> Iterator[None]:
    """The servers on one core and this process on another, where there are two."""
    allowed = os.sched_getaffinity(0)
    theirs, ours = {min(allowed)}, allowed - {min(allowed)} or allowed
    try:
        for replica in replicas:
            replica.pin(theirs)
        bind(os.getpid(), ours)
        yield
    finally:
        for replica in replicas:
            replica.pin(allowed)
        bind(os.getpid(), allowed)


async def _measure(
    endpoints: Sequence[str], queries: Sequence[str], *, times: Sequence[float], seconds: float, deadline_s: float
) -> Overload:
    counter = AttemptCounter()
    async with AsyncSearchClient(endpoints, observers=[counter]) as client:

        async def ask(number: int, left_s: float) -> str:
            try:
                await client.search(queries[number % len(queries)], deadline_s=left_s)
            except Overloaded:
                return "shed"
            except DeadlineExceeded:
                return "late"
            except SearchError as error:
                return type(error).__name__
            return "good"

        await _capacity(client, queries, seconds=1.0)  # warms up
        found = Overload(capacity=await _capacity(client, queries, seconds=seconds))
        for number, load in enumerate(times):
            calls, attempts = counter.calls, counter.attempts
            due = moments(load * found.capacity, seconds, seed=number)
            arrivals = await arrive(ask, due, deadline_s=deadline_s)
            found.runs.append(
                Overdone(times=load, arrivals=arrivals, calls=counter.calls - calls, attempts=counter.attempts - attempts)
            )
        return found


async def _capacity(client: AsyncSearchClient, queries: Sequence[str], *, seconds: float, in_flight: int = 16) -> float:
    """Answers a second, closed loop."""
    start, answered = time.perf_counter(), 0

    async def some() -> None:
        nonlocal answered
        while time.perf_counter() < start + seconds:
            try:
                await client.search(queries[answered % len(queries)], deadline_s=_PATIENT_S)
            except Overloaded:
                continue
            answered += 1

    await asyncio.gather(*(some() for _ in range(in_flight)))
    return answered / (time.perf_counter() - start)
