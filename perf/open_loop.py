"""Open-loop load: requests arrive when they arrive, as shoppers do, whether or not earlier ones were answered.

A closed loop waits for answers, and so slows down with the server and hides what overload does. Here arrivals are a Poisson
process drawn beforehand; time counts from when a request should have been sent, so that a generator that falls behind hides
nothing either.
"""

from __future__ import annotations

import asyncio
import collections
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import grpc.aio
import numpy as np
from tritonclient.grpc import service_pb2, service_pb2_grpc

from assortment_client import contract
from perf.load import search_request
from perf.patience import SHED

_MESSAGES: Any = service_pb2


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What became of the requests of one run."""

    seconds: float
    """From the first arrival until the last was due."""
    offered: int
    good_s: Sequence[float]
    """Seconds of each answer that came within the deadline, from when its request was due."""
    shed: int
    """Refused by the server's queue policy."""
    late: int
    """Not answered within the deadline."""
    failed: dict[str, int]
    """Anything else, by gRPC status."""
    behind_s: Sequence[float]
    """How long after it was due each request was sent: the generator's own lateness."""

    @property
    def goodput(self) -> float:
        """Answers within the deadline, a second."""
        return len(self.good_s) / self.seconds


Ask = Callable[[int, float], Awaitable[str]]
"""Sends request number n, which has so many seconds left, and tells how it ended: "good", "shed", "late", or any other word."""


class OpenLoop:
    """Text queries to the ``search`` ensemble at a rate of one's own choosing."""

    def __init__(self, url: str, queries: Sequence[str], *, deadline_s: float) -> None:
        """Builds the requests; each also tells the server its deadline, which tightens that of the queues."""
        self._url = url
        self._deadline_s = deadline_s
        self._requests = [search_request(query, contract.DEFAULT_K) for query in queries]
        for request in self._requests:
            request.parameters["timeout"].int64_param = int(deadline_s * 1e6)

    def run(self, rate: float, seconds: float, *, seed: int = 0) -> Arrivals:
        """Sends ``rate`` requests a second on average for ``seconds``, and waits until each has ended."""
        return asyncio.run(self._run(moments(rate, seconds, seed=seed)))

    async def _run(self, due: Sequence[float]) -> Arrivals:
        async with grpc.aio.insecure_channel(self._url) as channel:
            stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
            await stub.ServerReady(_MESSAGES.ServerReadyRequest())
            return await arrive(lambda number, left_s: self._ask(stub, number, left_s), due, deadline_s=self._deadline_s)

    async def _ask(self, stub: Any, number: int, left_s: float) -> str:
        try:
            await stub.ModelInfer(self._requests[number % len(self._requests)], timeout=left_s)
        except grpc.aio.AioRpcError as error:
            status: str = error.code().name
            if status == "UNAVAILABLE" and SHED in (error.details() or ""):
                return "shed"
            return "late" if status == "DEADLINE_EXCEEDED" else status
        return "good"


def moments(rate: float, seconds: float, *, seed: int = 0) -> list[float]:
    """When requests are due, seconds from the start: a Poisson process of ``rate`` a second."""
    drawn = np.random.default_rng(seed)
    due: list[float] = np.cumsum(drawn.exponential(1.0 / rate, size=max(1, round(rate * seconds)))).tolist()
    return due


async def arrive(ask: Ask, due: Sequence[float], *, deadline_s: float) -> Arrivals:
    """Sends each request when it is due, and waits until all have ended."""
    start = time.perf_counter()
    calls, behind = [], []
    for number, moment in enumerate(due):
        wait = start + moment - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        elif number % 16 == 0:
            await asyncio.sleep(0)  # behind: answers have to be read too
        behind.append(max(0.0, time.perf_counter() - start - moment))
        calls.append(asyncio.create_task(_timed(ask, number, start + moment, deadline_s)))
    ended = await asyncio.gather(*calls)
    statuses = collections.Counter(status for status, _ in ended if status not in ("good", "shed", "late"))
    return Arrivals(
        seconds=due[-1],
        offered=len(due),
        good_s=[taken for status, taken in ended if status == "good"],
        shed=sum(status == "shed" for status, _ in ended),
        late=sum(status == "late" for status, _ in ended),
        failed=dict(statuses),
        behind_s=behind,
    )


async def _timed(ask: Ask, number: int, due: float, deadline_s: float) -> tuple[str, float]:
    """How one request ended, and seconds since it was due."""
    status = await ask(number, max(1e-3, due + deadline_s - time.perf_counter()))
    taken = time.perf_counter() - due
    return ("late" if status == "good" and taken > deadline_s else status), taken
