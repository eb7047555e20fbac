"""How far past its deadline a call may end, with servers that do not answer.

One takes every call and never answers; the other is frozen (SIGSTOP) when the connection already stands, so that its kernel still
takes what is sent. Raw tritonclient is measured beside ours: what it overshoots by is gRPC's and this machine's share.
"""

from __future__ import annotations

import asyncio
import collections
import itertools
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from tritonclient.utils import InferenceServerException

from assortment.catalogue.progress import progress
from assortment_client import AsyncSearchClient, SearchClient, SearchError
from assortment_client.options import Breaker
from perf.client.raw import AsyncRawClient, RawClient
from perf.client.replay import ReplayServer
from perf.client.settings import OVERDUE_IN_FLIGHT

SERVERS: Final = ("never answers", "frozen")
CLIENTS: Final = ("ours, sync", "raw, sync", "ours, async", "raw, async")
_PATIENT_S: Final = 10.0
_NEVER_OPENS: Final = Breaker(failures=10_000, window=10_000, failure_rate=1.0)  # an open one would end calls at once
_PERCENTILES: Final = (50.0, 99.0, 99.9, 100.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overshoot:
    """Calls of one client to one server."""

    server: str
    client: str
    over_s: Sequence[float]
    """Seconds from the deadline to the end of each call; below 0 when it ended before."""
    ended: dict[str, int]
    """Calls by how they ended."""

    def percentiles_ms(self) -> dict[str, float]:
        """p50, p99, p99.9 and the maximum, milliseconds."""
        found = np.percentile(np.asarray(self.over_s), _PERCENTILES) * 1e3
        return {name: round(float(value), 2) for name, value in zip(("p50", "p99", "p99.9", "max"), found, strict=True)}

    def summary(self) -> dict[str, Any]:
        """For ``summary.json``."""
        told = {"server": self.server, "client": self.client, "calls": len(self.over_s)}
        return told | {"over_ms": self.percentiles_ms(), "ended": self.ended}


Call = tuple[float, str]
"""Seconds that it took, and how it ended."""


def measure(answers: Path, query: str, *, deadline_s: float, calls: int) -> list[Overshoot]:
    """Every client against either server."""
    found = []
    both = list(itertools.product(SERVERS, CLIENTS))
    for server, client in progress(both, doing="deadlines that nobody meets", total=len(both)):
        with ReplayServer(answers, never=server == "never answers") as replay:
            run = _sync if client.endswith(" sync") else _async
            freeze = partial(os.kill, replay.pid, signal.SIGSTOP) if server == "frozen" else None
            ended = run(client.startswith("ours"), replay.address, query, deadline_s, calls, freeze)
        statuses = collections.Counter(status for _, status in ended)
        over = [taken - deadline_s for taken, _ in ended]
        found.append(Overshoot(server=server, client=client, over_s=over, ended=dict(statuses)))
    return found


Freeze = Callable[[], None] | None


def _sync(ours: bool, address: str, query: str, deadline_s: float, calls: int, freeze: Freeze) -> list[Call]:
    client = SearchClient(address, breaker=_NEVER_OPENS) if ours else RawClient(address)
    ask: Callable[..., Any] = client.search if isinstance(client, SearchClient) else client.ids

    def some() -> Iterator[Call]:
        for _ in range(calls // OVERDUE_IN_FLIGHT):
            with _timed() as call:
                ask(query, deadline_s=deadline_s)
            yield call.taken, call.status

    try:
        if freeze:
            ask(query, deadline_s=_PATIENT_S)  # the connection stands
            freeze()
        with ThreadPoolExecutor(OVERDUE_IN_FLIGHT) as pool:
            return [call for part in pool.map(lambda _: list(some()), range(OVERDUE_IN_FLIGHT)) for call in part]
    finally:
        client.close()


def _async(ours: bool, address: str, query: str, deadline_s: float, calls: int, freeze: Freeze) -> list[Call]:
    return asyncio.run(_tasks(ours, address, query, deadline_s, calls, freeze))


async def _tasks(ours: bool, address: str, query: str, deadline_s: float, calls: int, freeze: Freeze) -> list[Call]:
    client = AsyncSearchClient(address, breaker=_NEVER_OPENS) if ours else AsyncRawClient(address)
    ask: Callable[..., Any] = client.search if isinstance(client, AsyncSearchClient) else client.ids

    async def some() -> list[Call]:
        found = []
        for _ in range(calls // OVERDUE_IN_FLIGHT):
            with _timed() as call:
                await ask(query, deadline_s=deadline_s)
            found.append((call.taken, call.status))
        return found

    try:
        if freeze:
            await ask(query, deadline_s=_PATIENT_S)
            freeze()
        return [call for part in await asyncio.gather(*(some() for _ in range(OVERDUE_IN_FLIGHT))) for call in part]
    finally:
        await client.close()


@dataclass(slots=True)
class _Ended:
    taken: float = 0.0
    status: str = "answered"


@contextmanager
def _timed() -> Iterator[_Ended]:
    call, start = _Ended(), time.perf_counter()
    try:
        yield call
    except SearchError as error:
        call.status = type(error).__name__
    except InferenceServerException as error:
        call.status = str(error.status()).removeprefix("StatusCode.")
    finally:
        call.taken = time.perf_counter() - start
