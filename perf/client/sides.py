"""Both sides of the comparison, sync and async: they take the same queries and keep as many calls in flight.

A server that sheds load refuses a call now and then on a busy machine; that call is made again on either side, its time counts
with all its attempts, and it is counted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from tritonclient.utils import InferenceServerException

from assortment.errors import ServerError
from assortment_client import Overloaded
from perf.client.raw import was_shed

Ask = Callable[[str], Sequence[str]]
AsyncAsk = Callable[[str], Awaitable[Sequence[str]]]

_MOST_REFUSED = 50
"""Times that one call is made again before the server is given up."""


@dataclass(slots=True, kw_only=True)
class Block:
    """What came of one block of queries."""

    times_s: list[float]
    """Seconds of each call, in the order of the queries."""
    ids: list[Sequence[str]]
    """Product ids of each answer, in the same order."""
    seconds: float = 0.0
    """From the first call to the last answer."""
    cpu_s: float = 0.0
    """Processor time of this process in that span."""
    refused: int = 0
    """Calls that the server shed and that were made again."""

    @classmethod
    def empty(cls, size: int) -> Block:
        """To be filled by as many calls."""
        return cls(times_s=[0.0] * size, ids=[()] * size)


class Side(Protocol):
    """One client and its manner of calling."""

    def run(self, queries: Sequence[str]) -> Block:
        """Asks every query once.

        Raises:
            ServerError: when the server goes on refusing a call.
        """
        ...

    def close(self) -> None:
        """Ends its threads; the client and the loop are their maker's."""
        ...


@dataclass(slots=True)
class Threads:
    """A synchronous client, shared by ``in_flight`` threads."""

    ask: Ask
    in_flight: int = 1
    _pool: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.in_flight)

    def run(self, queries: Sequence[str]) -> Block:
        """See ``Side``."""
        block, numbered = Block.empty(len(queries)), iter(enumerate(queries))
        cpu, start = time.process_time(), time.perf_counter()
        if self.in_flight == 1:
            self._work(block, numbered)
        else:
            for working in [self._pool.submit(self._work, block, numbered) for _ in range(self.in_flight)]:
                working.result()
        block.seconds, block.cpu_s = time.perf_counter() - start, time.process_time() - cpu
        return block

    def close(self) -> None:
        """See ``Side``."""
        self._pool.shutdown()

    def _work(self, block: Block, numbered: Iterator[tuple[int, str]]) -> None:
        for place, query in numbered:
            start, before = time.perf_counter(), block.refused
            while not block.ids[place]:
                try:
                    block.ids[place] = self.ask(query)
                except (InferenceServerException, Overloaded) as error:
                    _count(block, error, before)
            block.times_s[place] = time.perf_counter() - start


@dataclass(slots=True)
class Tasks:
    """An asynchronous client with ``in_flight`` tasks. Its calls run on ``loop``, which it was made on."""

    ask: AsyncAsk
    loop: asyncio.AbstractEventLoop
    in_flight: int = 1

    def run(self, queries: Sequence[str]) -> Block:
        """See ``Side``."""
        return self.loop.run_until_complete(self._run(queries))

    def close(self) -> None:
        """See ``Side``."""

    async def _run(self, queries: Sequence[str]) -> Block:
        block, numbered = Block.empty(len(queries)), iter(enumerate(queries))
        cpu, start = time.process_time(), time.perf_counter()
        if self.in_flight == 1:
            await self._work(block, numbered)
        else:
            await asyncio.gather(*(self._work(block, numbered) for _ in range(self.in_flight)))
        block.seconds, block.cpu_s = time.perf_counter() - start, time.process_time() - cpu
        return block

    async def _work(self, block: Block, numbered: Iterator[tuple[int, str]]) -> None:
        for place, query in numbered:
            start, before = time.perf_counter(), block.refused
            while not block.ids[place]:
                try:
                    block.ids[place] = await self.ask(query)
                except (InferenceServerException, Overloaded) as error:
                    _count(block, error, before)
            block.times_s[place] = time.perf_counter() - start


def _count(block: Block, error: Exception, before: int) -> None:
    """One more refusal; anything else is the end of the bench."""
    block.refused += 1
    if (isinstance(error, InferenceServerException) and not was_shed(error)) or block.refused - before > _MOST_REFUSED:
        raise ServerError(f"a search failed: {error}") from error
