"""Steady load by our clients, sync and async, while something happens to the servers: every call and how it ended.

Calls are due at even distances and start then, whether or not earlier ones have ended, as those of shoppers do. Each client is
one object for the whole run, so what it remembers of endpoints counts.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final

from assortment_client import AsyncSearchClient, SearchClient, SearchError, SearchResponse
from assortment_client.observe import AttemptInfo, CallInfo, CallObserver, Observer

FACES: Final = ("sync", "async")
_THREADS: Final = 64  # more than calls can be under way at the rates that are used, however long each takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One call."""

    face: str
    """``sync`` or ``async``."""
    at: float
    """When it started, on the monotonic clock."""
    seconds: float
    error: SearchError | None
    endpoint: str
    """Which server answered; empty when none did."""
    attempts: int
    """How many times a server was asked."""
    version: int
    """Of the catalogue; 0 when there is no answer."""


class AttemptCounter(Observer):
    """Counts calls and their attempts, canaries apart."""

    def __init__(self) -> None:
        self.calls = 0
        self.attempts = 0
        self.canaries = 0
        self._lock = threading.Lock()

    def started(self, call: CallInfo) -> CallObserver:
        """One more call."""
        with self._lock:
            self.calls += 1
        return _Counting(self)

    def count(self, attempt: AttemptInfo) -> None:
        """One more attempt."""
        with self._lock:
            if attempt.kind == "canary":
                self.canaries += 1
            else:
                self.attempts += 1


class _Counting(CallObserver):
    def __init__(self, counter: AttemptCounter) -> None:
        self._counter = counter

    def attempt_started(self, attempt: AttemptInfo) -> Mapping[str, str]:
        self._counter.count(attempt)
        return {}


@dataclass(slots=True)
class Window:
    """Calls that started in a span of time."""

    outcomes: list[Outcome]
    """Of the whole run; grows while it goes on."""
    since: float
    until: float = float("inf")

    @property
    def calls(self) -> list[Outcome]:
        """Those of the window, ended ones."""
        return [one for one in self.outcomes if self.since <= one.at < self.until]


@dataclass(slots=True)
class SteadyLoad:
    """Both clients, for as long as a ``with`` block lasts; leaving it waits until every call has ended."""

    endpoints: Sequence[str]
    queries: Sequence[str]
    rate: float = 15.0
    """Calls a second of each client."""
    deadline_s: float = 2.0
    outcomes: list[Outcome] = field(default_factory=list)
    counter: AttemptCounter = field(default_factory=AttemptCounter)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _broken: list[BaseException] = field(default_factory=list)

    def __enter__(self) -> SteadyLoad:
        for target in (self._sync, lambda: asyncio.run(self._async())):
            self._threads.append(threading.Thread(target=self._guarded, args=(target,)))
            self._threads[-1].start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._broken and error is None:
            raise self._broken[0]

    @contextmanager
    def window(self, seconds: float = 0.0) -> Iterator[Window]:
        """The calls that start while the block lasts, and for ``seconds`` after it."""
        window = Window(self.outcomes, time.monotonic())
        yield window
        self.go_on(seconds)
        window.until = time.monotonic()

    def go_on(self, seconds: float) -> None:
        """Lets the load run for a while.

        Raises:
            BaseException: whatever a client raised that is no ``SearchError``.
        """
        time.sleep(seconds)
        if self._broken:
            raise self._broken[0]

    def wait_for_answer_from(self, endpoint: str, timeout_s: float) -> bool:
        """Whether both clients are answered by an endpoint again, in calls that start from now on."""
        start = time.monotonic()
        window = Window(self.outcomes, start)
        while time.monotonic() < start + timeout_s:
            if {one.face for one in window.calls if one.endpoint == endpoint} == set(FACES):
                return True
            self.go_on(0.1)
        return False

    def _guarded(self, target: object) -> None:
        assert callable(target)
        try:
            target()
        except BaseException as error:  # raised again in the thread of who measures
            self._broken.append(error)

    def _due(self) -> Iterator[tuple[int, float]]:
        """Numbers of calls, and the moment at which each is due."""
        start, number = time.monotonic(), 0
        while not self._stop.is_set():
            yield number, start + number / self.rate
            number += 1

    def _query(self, number: int) -> str:
        return self.queries[number % len(self.queries)]

    def _sync(self) -> None:
        with (
            SearchClient(list(self.endpoints), observers=[self.counter]) as client,
            ThreadPoolExecutor(_THREADS) as pool,
        ):
            under_way = []
            for number, due in self._due():
                self._stop.wait(max(0.0, due - time.monotonic()))
                under_way.append(pool.submit(self._ask, client, self._query(number)))
            for call in under_way:
                call.result()

    def _ask(self, client: SearchClient, query: str) -> None:
        start = time.monotonic()
        try:
            self._ended("sync", start, client.search(query, deadline_s=self.deadline_s))
        except SearchError as error:
            self._ended("sync", start, error)

    async def _async(self) -> None:
        async with AsyncSearchClient(list(self.endpoints), observers=[self.counter]) as client:
            under_way = []
            for number, due in self._due():
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                under_way.append(asyncio.create_task(self._ask_async(client, self._query(number))))
            await asyncio.gather(*under_way)

    async def _ask_async(self, client: AsyncSearchClient, query: str) -> None:
        start = time.monotonic()
        try:
            self._ended("async", start, await client.search(query, deadline_s=self.deadline_s))
        except SearchError as error:
            self._ended("async", start, error)

    def _ended(self, face: str, start: float, end: SearchResponse | SearchError) -> None:
        taken = time.monotonic() - start
        if isinstance(end, SearchError):
            told = Outcome(face=face, at=start, seconds=taken, error=end, endpoint="", attempts=len(end.attempts), version=0)
        else:
            told = Outcome(
                face=face,
                at=start,
                seconds=taken,
                error=None,
                endpoint=end.endpoint,
                attempts=end.attempts,
                version=end.catalogue_version,
            )
        self.outcomes.append(told)
