"""The same work without a server: the same step classes on the same assembled repository, in processes of our own.

For throughput there is one worker process a core, each with its own models, because threads of one process would share
Python's lock; this is the stronger opponent. A worker takes queries in batches, as Triton's batcher does.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from assortment.errors import StepError
from assortment.serving import shared_weights
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import SearchRequest

_READY_S: Final = 120.0
_BLOCK_S: Final = 600.0
_STOP: Final = None


def ask(
    pipeline: Pipeline, queries: Sequence[str], *, k: int, strategy: str | None = None, diversity: float | None = None
) -> list[list[str]]:
    """Product ids for each query, all of them one batch; strategy and diversity are the catalogue's unless given.

    Raises:
        InputError: when a query is refused.
    """
    requests = [SearchRequest(query=query, k=k, strategy=strategy, diversity=diversity) for query in queries]
    return [answer.ids for answer in pipeline.search(requests)]


@dataclass(frozen=True, slots=True)
class Work:
    """What came of one block."""

    seconds: float
    """From handing out the queries to the last answer."""
    ids: list[list[str]]
    """Product ids of each answer, in the order of the queries."""
    times_s: list[float]
    """How long the batch took that each query was in."""


@dataclass(frozen=True, slots=True)
class _Task:
    """A share of a block, for one worker."""

    queries: list[str]
    batch: int


@dataclass(frozen=True, slots=True)
class _Done:
    """The answers to a share."""

    ids: list[list[str]]
    times_s: list[float]


class Workers:
    """Worker processes that answer blocks of queries together. A context manager; idle workers wait on a pipe."""

    def __init__(
        self, repository: Path, *, count: int, batch: int, k: int, strategy: str | None = None, diversity: float | None = None
    ) -> None:
        """Names the work; entering the context starts the processes and waits until all models are loaded."""
        self.batch = batch
        self._arguments = (repository, batch, {"k": k, "strategy": strategy, "diversity": diversity})
        self._count = count
        self._pipes: list[Connection] = []
        self._processes: list[BaseProcess] = []
        self._weights = tempfile.TemporaryDirectory(prefix="assortment-weights-")

    def run(self, queries: Sequence[str], *, count: int | None = None, batch: int | None = None) -> Work:
        """Answers the queries, each worker an equal share of them.

        Args:
            queries: what to answer.
            count: workers that take part; all by default.
            batch: queries that each takes at once; as many as it was made with by default.

        Raises:
            StepError: when a worker ends or gives no answer.
        """
        pipes = self._pipes[:count]
        start = time.perf_counter()
        for number, pipe in enumerate(pipes):
            pipe.send(_Task(list(queries[number :: len(pipes)]), batch or self.batch))
        parts = [self._receive(pipe, _BLOCK_S) for pipe in pipes]
        seconds = time.perf_counter() - start
        work = Work(seconds, [[] for _ in queries], [0.0 for _ in queries])
        for number, part in enumerate(parts):
            work.ids[number :: len(pipes)] = part.ids
            work.times_s[number :: len(pipes)] = part.times_s
        return work

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers."""
        return [process.pid for process in self._processes if process.pid is not None]

    def __enter__(self) -> Workers:
        context = multiprocessing.get_context("spawn")
        for _ in range(self._count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, self._weights.name, *self._arguments), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        for pipe in self._pipes:
            self._receive(pipe, _READY_S)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for pipe in self._pipes:
            try:
                pipe.send(_STOP)
            except OSError:  # it has ended already
                continue
        for process in self._processes:
            process.join(timeout=5)
            if process.is_alive():
                process.kill()
                process.join()
        self._weights.cleanup()

    def _receive(self, pipe: Connection, patience_s: float) -> _Done:
        try:
            if not pipe.poll(patience_s):
                raise StepError(f"an in-process worker gave no answer for {patience_s:g} s")
            done: _Done = pipe.recv()
        except EOFError:
            raise StepError("an in-process worker ended; its own message stands above") from None
        return done


def _work(pipe: Connection, weights: str, repository: Path, batch: int, asked: Mapping[str, Any]) -> None:
    """The life of a worker: load, say so, answer shares of blocks until there is no task."""
    os.environ[shared_weights.FOLDER] = weights
    pipeline = Pipeline.open(repository)
    ask(pipeline, ["warm up"] * batch, **asked)
    pipe.send(_Done([], []))
    while (task := pipe.recv()) is not _STOP:
        done = _Done([], [])
        for start in range(0, len(task.queries), task.batch):
            queries = task.queries[start : start + task.batch]
            began = time.perf_counter()
            done.ids.extend(ask(pipeline, queries, **asked))
            done.times_s.extend([time.perf_counter() - began] * len(queries))
        pipe.send(done)
