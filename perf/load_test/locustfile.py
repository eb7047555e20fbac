"""The locustfile: ``locust -f perf/load_test/locustfile.py``, with Locust's own flags and those of ``flags``.

    locust -f ... --host 127.0.0.1:8001 -u 64 -r 64 --rates 50 --headless   # open loop: 50 requests a second become due
    locust -f ... --host 127.0.0.1:8001                                     # closed loop, from Locust's web page

With ``--rates``, requests become due by a schedule and users are only what sends them: there have to be enough (``-u``), as many
as may be under way at once. The client's circuit breakers do not open then: shoppers do not know of one another, and a server
that is too slow for them all is asked all the same. Without, each user asks again as soon as it was answered, as Locust's users
do. Locust patches Python for gevent when it is imported; gRPC follows when Locust starts, after it has forked its workers, so
that all users of a process may share the synchronous client.
"""

from __future__ import annotations

import logging
import time
from argparse import Namespace
from pathlib import Path
from typing import Any, Final

import gevent
import grpc.experimental.gevent
from locust import User, constant, events, task
from locust.exception import StopUser
from locust.runners import MasterRunner, WorkerRunner

from assortment.errors import AssortmentError
from assortment_client import Breaker, SearchClient, SearchError, Unavailable
from perf.load_test import begun, flags
from perf.load_test.mix import Mix
from perf.load_test.samples import ANSWERED, NOT_SENT, Sample, SampleWriter
from perf.load_test.schedule import Schedule, due_s
from perf.load_test.stage_lines import StageLines, moments

_LOG: Final = logging.getLogger(__name__)
_NEVER_OPEN: Final = Breaker(failures=10_000, window=10_000, failure_rate=1.0, open_s=0.001, max_open_s=0.001)
"""As near to never as the client allows: after 10,000 failures without one answer, or where another endpoint is up, and for a
millisecond. What is not sent for that is told as ``NOT_SENT``."""


class Worker:
    """What the users of one process share."""

    def __init__(self, options: Namespace, host: str, *, index: int, count: int) -> None:
        phases = flags.phases_of(options)
        self.client = SearchClient(host, breaker=_NEVER_OPEN if phases else Breaker())
        self.mix = Mix(flags.mix_of(options))
        self.deadline_s: float = options.deadline_ms / 1e3
        self.start = _clock(options)
        self._writer = SampleWriter(Path(options.samples), index) if options.samples else None
        self._schedule: Schedule | None = None
        self._number = index
        self._count = count
        if phases:
            self._schedule = Schedule(due_s(phases, share=1 / count, seed=options.seed + index), start=self.start)

    def next(self) -> tuple[int, float] | None:
        """The next request and when it is due; in a closed loop that is now. Workers ask different ones."""
        if self._schedule is None:
            self._number += self._count
            return self._number, time.perf_counter()
        given = self._schedule.next()
        return given and (given[0] * self._count + self._number, given[1])

    def ended(self, due: float, sent: float, kind: str, outcome: str) -> float:
        """Notes a request and returns its seconds from when it was due."""
        took_s = time.perf_counter() - due
        if self._writer:
            self._writer.write(Sample(due - self.start, sent - self.start, took_s, kind, outcome))
        return took_s

    def close(self) -> None:
        """Ends its file and its connections."""
        self.client.close()
        if self._writer:
            self._writer.close()


class Shopper(User):
    """Sends the next request that is due."""

    wait_time = constant(0)
    worker: Worker | None = None

    @task
    def ask(self) -> None:
        """One request."""
        worker = self.worker
        given = worker and worker.next()
        if not worker or not given:
            raise StopUser
        number, due = given
        gevent.sleep(max(0.0, due - time.perf_counter()))
        kind, request = worker.mix.request(number)
        sent = time.perf_counter()
        failure: SearchError | None = None
        try:
            worker.client.send(request, deadline_s=max(1e-3, due + worker.deadline_s - sent))
        except SearchError as error:
            failure = error
        took_s = worker.ended(due, sent, kind, _outcome(failure))
        self.environment.events.request.fire(
            request_type="gRPC", name=kind, response_time=took_s * 1e3, response_length=0, exception=failure
        )


def _outcome(failure: SearchError | None) -> str:
    if isinstance(failure, Unavailable) and failure.reason == "breaker_open":
        return NOT_SENT
    return type(failure).__name__ if failure else ANSWERED


def _patch_grpc(**_: Any) -> None:
    grpc.experimental.gevent.init_gevent()


def _begin(environment: Any, **_: Any) -> None:
    options, runner = environment.parsed_options, environment.runner
    if not isinstance(runner, WorkerRunner):  # workers are sent these with all other flags
        options.num_workers = runner.worker_count
        options.start_at = time.time() + flags.LEAD_S
    try:
        if options.samples and not isinstance(runner, WorkerRunner):
            begun.note(Path(options.samples), options)
        if not isinstance(runner, MasterRunner):
            host, index = environment.host or flags.HOST, max(0, runner.worker_index)
            Shopper.worker = Worker(options, host, index=index, count=options.num_workers)
        if not isinstance(runner, WorkerRunner):
            stages = StageLines(environment.stats, options, environment.host or flags.HOST) if options.admin_key_file else None
            gevent.spawn(_watch, environment, stages)
    except (AssortmentError, SearchError) as error:  # Locust would log what a listener raises, and go on
        _LOG.error("%s", error)
        environment.process_exit_code = 1
        gevent.spawn(runner.quit)


def _end(**_: Any) -> None:
    if Shopper.worker:
        Shopper.worker.close()
        Shopper.worker = None


def _clock(options: Namespace) -> float:
    """When the first phase starts, on this process's clock."""
    start: float = time.perf_counter() + options.start_at - time.time()
    return start


def _watch(environment: Any, stages: StageLines | None) -> None:
    """Reads the server's counters second by second, and ends the run with its schedule."""
    options = environment.parsed_options
    started_at, start = options.start_at, _clock(options)
    phases = flags.phases_of(options)
    for at_s in moments(phases):
        gevent.sleep(max(0.0, start + at_s - time.perf_counter()))
        if environment.runner.state in ("stopping", "stopped", "cleanup") or options.start_at != started_at:
            return  # stopped from the page, where another may have begun since
        if stages:
            stages.read(time.perf_counter() - start)
    gevent.sleep(options.deadline_ms / 1e3)  # for the last requests
    if options.start_at != started_at:
        return
    if options.samples:
        begun.note_end(Path(options.samples))
    if environment.web_ui:
        environment.runner.stop()
    else:
        environment.runner.quit()


_EVENTS: Any = events  # their methods have no types
_EVENTS.init_command_line_parser.add_listener(flags.add)
_EVENTS.init.add_listener(_patch_grpc)
_EVENTS.test_start.add_listener(_begin)
_EVENTS.test_stop.add_listener(_end)
