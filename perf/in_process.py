"""The same work without a server: the same step classes on the same assembled repository, in processes of our own.

For throughput there is one worker process a core, each with its own models, because threads of one process would share
Python's lock; this is the stronger opponent. A worker takes queries in batches, as Triton's batcher does.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Final

from assortment.errors import StepError
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import SearchRequest

_READY_S: Final = 120.0
_BLOCK_S: Final = 600.0
_STOP: Final[list[str]] = []


def ask(pipeline: Pipeline, queries: Sequence[str], *, k: int) -> list[list[str]]:
    """Product ids for each query, all of them one batch.

    Raises:
        InputError: when a query is refused.
    """
    return [answer.ids for answer in pipeline.search([SearchRequest(query=query, k=k) for query in queries])]


@dataclass(frozen=True, slots=True)
class Work:
    """What came of one block."""

    seconds: float
    """From handing out the queries to the last answer."""
    ids: list[list[str]]
    """Product ids of each answer, in the order of the queries."""


class Workers:
    """Worker processes that answer blocks of queries together. A context manager; idle workers wait on a pipe."""

    def __init__(self, repository: Path, *, count: int, batch: int, k: int) -> None:
        """Names the work; entering the context starts the processes and waits until all models are loaded."""
        self.batch = batch
        self._arguments = (repository, batch, k)
        self._count = count
        self._pipes: list[Connection] = []
        self._processes: list[BaseProcess] = []

    def run(self, queries: Sequence[str]) -> Work:
        """Answers the queries, each worker an equal share of them.

        Raises:
            StepError: when a worker ends or gives no answer.
        """
        shares = [list(queries[number :: self._count]) for number in range(self._count)]
        start = time.perf_counter()
        for pipe, share in zip(self._pipes, shares, strict=True):
            pipe.send(share)
        parts = [self._receive(pipe, _BLOCK_S) for pipe in self._pipes]
        seconds = time.perf_counter() - start
        answers: list[list[str]] = [[] for _ in queries]
        for number, part in enumerate(parts):
            answers[number :: self._count] = part
        return Work(seconds, answers)

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers."""
        return [process.pid for process in self._processes if process.pid is not None]

    def __enter__(self) -> Workers:
        context = multiprocessing.get_context("spawn")
        for _ in range(self._count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, *self._arguments), daemon=True)
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

    def _receive(self, pipe: Connection, patience_s: float) -> list[list[str]]:
        try:
            if not pipe.poll(patience_s):
                raise StepError(f"an in-process worker gave no answer for {patience_s:g} s")
            answers: list[list[str]] = pipe.recv()
        except EOFError:
            raise StepError("an in-process worker ended; its own message stands above") from None
        return answers


def _work(pipe: Connection, repository: Path, batch: int, k: int) -> None:
    """The life of a worker: load, say so, answer blocks until an empty one comes."""
    pipeline = Pipeline.open(repository)
    ask(pipeline, ["warm up"] * batch, k=k)
    pipe.send([])
    while queries := pipe.recv():
        answers: list[list[str]] = []
        for start in range(0, len(queries), batch):
            answers += ask(pipeline, queries[start : start + batch], k=k)
        pipe.send(answers)
