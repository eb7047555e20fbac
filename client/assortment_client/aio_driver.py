"""Drives calls in an event loop: sends attempts, waits, hedges, probes. ``driver`` does the same with threads."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import Final, TypeVar

from assortment_client import contract
from assortment_client.aio_channel import AioChannel
from assortment_client.attempts import Attempt, Pause
from assortment_client.budget import Budget
from assortment_client.calls import Calls
from assortment_client.deadline import Deadline
from assortment_client.endpoint import Choice, Endpoint
from assortment_client.errors import ClientClosed, SearchError
from assortment_client.one_call import OneCall
from assortment_client.options import Hedge
from assortment_client.probe import DEADLINE_S, Probe
from assortment_client.response import EndpointHealth
from assortment_client.status import StatusError
from assortment_client.tasks import Task

_HEDGES_KEPT: Final = 1.0  # hedges are spread evenly, not saved up
_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


class AioDriver:
    """Belongs to the event loop of its first call."""

    def __init__(self, calls: Calls[AioChannel], hedge: Hedge | None) -> None:
        self._calls, self._hedge = calls, hedge
        self._hedges = Budget(ratio=hedge.ratio if hedge else 0.0, burst=_HEDGES_KEPT)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = asyncio.Event()
        self._aside: set[asyncio.Task[None]] = set()

    async def run(self, task: Task[_Answer], deadline_s: float, *, request_id: str = "") -> _Answer:
        """One call, from the request to its answer.

        Raises:
            SearchError: when there is none.
        """
        self._check_loop()
        call = self._calls.begin(task, deadline_s, request_id=request_id)
        try:
            await self._wait_for_addresses(call.deadline)
            for choice in self._calls.pool.take_due(task.model, time.monotonic()):
                self._start_aside(self._probe(self._canaries(choice, task.model)))
            for endpoint in self._calls.pool.retired():
                self._start_aside(endpoint.channel.close())
            return await (self._drive(call) if self._hedge is None else self._drive_hedged(call, self._hedge))
        except BaseException as error:
            call.broken_off(error)
            raise

    async def many(
        self, ask: Callable[[_Asked], Awaitable[_Answer]], asked: Sequence[_Asked], concurrency: int
    ) -> list[_Answer | SearchError]:
        """Answers or errors, in order."""
        waiting = iter(enumerate(asked))
        outcomes: dict[int, _Answer | SearchError] = {}

        async def work() -> None:
            for place, one in waiting:
                try:
                    outcomes[place] = await ask(one)
                except SearchError as error:
                    outcomes[place] = error

        await _all([work() for _ in range(min(concurrency, len(asked)))])
        return [outcomes[place] for place in range(len(asked))]

    async def health(self, until: Deadline) -> tuple[EndpointHealth, ...]:
        """Every endpoint as canaries find it.

        Raises:
            Unavailable: a DNS name does not resolve.
            ClientClosed: the client cannot be used.
        """
        self._check_loop()
        self._calls.check_open()
        await self._wait_for_addresses(until)
        if (unresolved := self._calls.unresolved()) is not None:
            raise unresolved
        found: dict[str, EndpointHealth] = {}

        async def look(endpoint: Endpoint[AioChannel]) -> None:
            choice = self._calls.pool.take(endpoint, contract.SEARCH, time.monotonic())
            probe = Probe(self._calls, choice, contract.SEARCH, method="health", until=until)
            await self._probe(probe, with_version=True)
            found[endpoint.address] = probe.health()

        endpoints = self._calls.pool.endpoints
        await _all([look(endpoint) for endpoint in endpoints])
        return tuple(found[endpoint.address] for endpoint in endpoints)

    async def close(self) -> None:
        """Closes all connections; calls under way fail."""
        self._calls.closed = True
        self._closed.set()
        if self._calls.is_foreign:
            return  # the connections are another process's
        for endpoint in self._calls.pool.shut():
            await endpoint.channel.close()
        await asyncio.gather(*self._aside, return_exceptions=True)  # probes end with their channels

    async def _drive(self, call: OneCall[AioChannel, _Answer]) -> _Answer:
        """Does what a call says until it has an answer, or gives up."""
        step: Attempt[AioChannel] | Pause | None = call.first()
        while step is not None:
            if isinstance(step, Pause):
                step = await self._resumed(call, step)
                continue
            try:
                return call.decoded(step, await step.endpoint.channel.call(*call.outgoing(step)))
            except (StatusError, SearchError) as failure:
                step = call.failed(step, failure)
            except BaseException:
                call.abandoned(step)
                raise
        return call.give_up()

    async def _drive_hedged(self, call: OneCall[AioChannel, _Answer], hedge: Hedge) -> _Answer:
        """The same, with a second attempt beside a first one that is slow. The first good answer wins."""
        self._hedges.earn()
        step: Attempt[AioChannel] | Pause | None = call.first()
        while step is not None:
            if isinstance(step, Pause):
                step = await self._resumed(call, step)
                continue
            running = {asyncio.create_task(self._sent(call, step)): step}
            try:
                if step.number == 1:
                    await self._hedge_when_slow(call, hedge, running)
                step = None
                while running and not call.is_over:
                    replies, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    for reply in replies:
                        attempt, others = running[reply], [one for other, one in running.items() if other is not reply]
                        try:
                            answer = call.decoded(attempt, reply.result(), others)
                        except (StatusError, SearchError) as failure:
                            del running[reply]
                            step = call.failed(attempt, failure, another_runs=bool(others))
                            continue
                        _let_go(running)
                        running.clear()  # all have ended
                        return answer
            finally:
                _let_go(running)
                for attempt in running.values():
                    call.abandoned(attempt)
        return call.give_up()

    async def _hedge_when_slow(
        self, call: OneCall[AioChannel, _Answer], hedge: Hedge, running: dict[asyncio.Task[bytes], Attempt[AioChannel]]
    ) -> None:
        after_s = self._calls.slow_after_s() if hedge.after_s is None else hedge.after_s
        if after_s is None:
            return
        replies, _ = await asyncio.wait(running, timeout=after_s)
        if not replies and self._hedges.spend() and (second := call.hedge()) is not None:
            running[asyncio.create_task(self._sent(call, second))] = second

    @staticmethod
    async def _sent(call: OneCall[AioChannel, _Answer], attempt: Attempt[AioChannel]) -> bytes:
        return await attempt.endpoint.channel.call(*call.outgoing(attempt))

    async def _resumed(self, call: OneCall[AioChannel, _Answer], pause: Pause) -> Attempt[AioChannel] | None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._closed.wait(), pause.seconds)
        return call.resume()

    async def _wait_for_addresses(self, until: Deadline) -> None:
        """The first call of a client with a DNS name waits for its first look-up."""
        lookup = self._calls.lookup()
        if lookup is not None:
            waiting = asyncio.wrap_future(lookup)
            try:
                await asyncio.wait([waiting], timeout=until.left(time.monotonic()))
            finally:
                waiting.cancel()  # the look-up itself goes on

    def _canaries(self, choice: Choice[AioChannel], model: str) -> Probe[AioChannel]:
        return Probe(self._calls, choice, model, method="canary", until=Deadline(DEADLINE_S, now=time.monotonic()))

    async def _probe(self, probe: Probe[AioChannel], *, with_version: bool = False) -> None:
        try:
            if with_version:
                with contextlib.suppress(SearchError):  # the canaries tell more
                    probe.told_version(await self._drive(probe.server_info()))
            while (call := probe.next()) is not None:
                try:
                    await self._drive(call)
                except SearchError as error:
                    probe.failed(error)
                else:
                    probe.passed()
        finally:
            probe.close()

    def _start_aside(self, work: Coroutine[None, None, None]) -> None:
        """Runs it beside the call that found it due; ``close`` ends it."""
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    def _check_loop(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            raise ClientClosed("this client belongs to another event loop; make one in each loop")


async def _all(work: Sequence[Coroutine[None, None, None]]) -> None:
    """Runs all of it; what is cancelled or fails in one, cancels the others."""
    running = [asyncio.create_task(one) for one in work]
    try:
        await asyncio.gather(*running)
    except BaseException:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        raise


def _let_go(replies: Iterable[asyncio.Task[bytes]]) -> None:
    """Cancels attempts whose replies nobody wants, those with an error included."""
    for reply in replies:
        reply.cancel()
        reply.add_done_callback(lambda done: done.cancelled() or done.exception())
