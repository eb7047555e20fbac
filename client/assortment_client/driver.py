"""Drives calls with threads: sends attempts, waits, probes. ``aio_driver`` does the same in an event loop."""

from __future__ import annotations

import concurrent.futures
import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from assortment_client import contract
from assortment_client.attempts import Attempt, Pause
from assortment_client.calls import Calls
from assortment_client.channel import Channel
from assortment_client.deadline import Deadline
from assortment_client.endpoint import Choice, Endpoint
from assortment_client.errors import SearchError
from assortment_client.one_call import OneCall
from assortment_client.probe import DEADLINE_S, Probe
from assortment_client.response import EndpointHealth
from assortment_client.status import StatusError
from assortment_client.tasks import Task

_MOST_AT_A_TIME: Final = 16  # endpoints whose health is looked at
_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


class Driver:
    """Safe to share between threads."""

    def __init__(self, calls: Calls[Channel]) -> None:
        self._calls = calls
        self._closed = threading.Event()

    def run(self, task: Task[_Answer], deadline_s: float, *, request_id: str = "") -> _Answer:
        """One call, from the request to its answer.

        Raises:
            SearchError: when there is none.
        """
        call = self._calls.begin(task, deadline_s, request_id=request_id)
        try:
            self._wait_for_addresses(call.deadline)
            for choice in self._calls.pool.take_due(task.model, time.monotonic()):
                self._probe_aside(choice, task.model)
            for endpoint in self._calls.pool.retired():
                endpoint.channel.close()
            return self._drive(call)
        except BaseException as error:
            call.broken_off(error)
            raise

    def many(self, ask: Callable[[_Asked], _Answer], asked: Sequence[_Asked], concurrency: int) -> list[_Answer | SearchError]:
        """Answers or errors, in order."""

        def outcome(one: _Asked) -> _Answer | SearchError:
            try:
                return ask(one)
            except SearchError as error:
                return error

        if not asked:
            return []
        pool = ThreadPoolExecutor(min(concurrency, len(asked)))
        try:
            return list(pool.map(outcome, asked))
        finally:
            pool.shutdown(cancel_futures=True)  # when a key was pressed; there are none left otherwise

    def health(self, until: Deadline) -> tuple[EndpointHealth, ...]:
        """Every endpoint as canaries find it.

        Raises:
            Unavailable: a DNS name does not resolve.
            ClientClosed: the client cannot be used.
        """
        self._calls.check_open()
        self._wait_for_addresses(until)
        if (unresolved := self._calls.unresolved()) is not None:
            raise unresolved

        def look(endpoint: Endpoint[Channel]) -> EndpointHealth:
            choice = self._calls.pool.take(endpoint, contract.SEARCH, time.monotonic())
            probe = Probe(self._calls, choice, contract.SEARCH, method="health", until=until)
            self._probe(probe, with_version=True)
            return probe.health()

        endpoints = self._calls.pool.endpoints
        with ThreadPoolExecutor(min(_MOST_AT_A_TIME, len(endpoints))) as pool:
            return tuple(pool.map(look, endpoints))

    def close(self) -> None:
        """Closes all connections; calls under way fail."""
        self._calls.closed = True
        self._closed.set()
        if not self._calls.is_foreign:  # the connections are another process's otherwise
            for endpoint in self._calls.pool.shut():
                endpoint.channel.close()

    def _drive(self, call: OneCall[Channel, _Answer]) -> _Answer:
        """Does what a call says until it has an answer, or gives up."""
        step: Attempt[Channel] | Pause | None = call.first()
        while step is not None:
            if isinstance(step, Pause):
                self._closed.wait(step.seconds)
                step = call.resume()
                continue
            try:
                return call.decoded(step, step.endpoint.channel.call(*call.outgoing(step)))
            except (StatusError, SearchError) as failure:
                step = call.failed(step, failure)
            except BaseException:
                call.abandoned(step)
                raise
        return call.give_up()

    def _wait_for_addresses(self, until: Deadline) -> None:
        """The first call of a client with a DNS name waits for its first look-up."""
        lookup = self._calls.lookup()
        if lookup is not None:
            concurrent.futures.wait([lookup], timeout=until.left(time.monotonic()))

    def _probe_aside(self, choice: Choice[Channel], model: str) -> None:
        """Probes an endpoint in a thread that ends with it."""
        probe = Probe(self._calls, choice, model, method="canary", until=Deadline(DEADLINE_S, now=time.monotonic()))
        try:
            threading.Thread(target=self._probe, args=(probe,), name=f"probe {choice.endpoint.address}", daemon=True).start()
        except RuntimeError:  # no more threads: another call will try
            probe.close()

    def _probe(self, probe: Probe[Channel], *, with_version: bool = False) -> None:
        try:
            if with_version:
                with contextlib.suppress(SearchError):  # the canaries tell more
                    probe.told_version(self._drive(probe.server_info()))
            while (call := probe.next()) is not None:
                try:
                    self._drive(call)
                except SearchError as error:
                    probe.failed(error)
                else:
                    probe.passed()
        finally:
            probe.close()
