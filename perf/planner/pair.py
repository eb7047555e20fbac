"""The runs on this machine: the curve of one replica on a core of its own, then two replicas on two.

Each core holds one replica and the worker that sends as much as it answers, so that a core has the same to do in both runs.
Whoever serves for real has no generator beside the server, and a higher curve.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from assortment.errors import InputError
from perf.assembled import repository_of
from perf.faults.replicas import Replica, text_only
from perf.load_test import measure
from perf.load_test.phases import PhaseResult
from perf.load_test.target import Target, of_server
from perf.planner.settings import PlannerSettings


class Pair:
    """Replicas of one catalogue, each bound to a core."""

    def __init__(self, settings: PlannerSettings, folder: Path, console: Console) -> None:
        """Copies what a search by words needs into ``folder``.

        Raises:
            StepError: when the catalogue is not assembled.
            InputError: when this process may use one core only.
        """
        repository = repository_of(settings.paths)
        self._cores = sorted(os.sched_getaffinity(0))[:2]
        if len(self._cores) < 2:
            raise InputError("cores", len(self._cores), "allowed: two or more here; else give the --curve of another machine")
        self._settings = settings
        self._folder = folder
        self._console = console
        (folder / "repository").mkdir(parents=True)
        self._repository = text_only(repository, folder / "repository")

    @property
    def repository(self) -> Path:
        """What is served."""
        return self._repository

    def curve(self) -> list[PhaseResult]:
        """One replica, step by step.

        Raises:
            ServerError: when the server ends, or does not start.
        """
        load = self._settings.load(replicas=1)
        with self._serving(1) as target:
            capacity = measure.capacity(target, self._folder / "capacity", load, cores=self._own(1))
            rates = tuple(max(0.1, share * capacity) for share in self._settings.shares)
            self._console.print(f"One replica on one core: {', '.join(f'{rate:.4g}/s' for rate in rates)}", highlight=False)
            return self._steps(target, self._folder / "one", rates, replicas=1)

    def two(self, rates: Sequence[float]) -> list[PhaseResult]:
        """Two replicas at rates of both together. Raises as ``curve`` does."""
        self._console.print(f"Two replicas: {', '.join(f'{rate:.4g}/s' for rate in rates)}", highlight=False)
        with self._serving(2) as target:
            return self._steps(target, self._folder / "two", tuple(rates), replicas=2)

    def _steps(self, target: Target, folder: Path, rates: tuple[float, ...], *, replicas: int) -> list[PhaseResult]:
        folder.mkdir()
        load = replace(self._settings.load(replicas=replicas), rates=rates, shape="step" if len(rates) > 1 else "steady")
        measure.schedule(target, folder, load, rates, cores=self._own(replicas))
        target.check()
        return measure.results(folder, load.phases(rates))

    def _own(self, replicas: int) -> list[tuple[int]]:
        return [(core,) for core in self._cores[:replicas]]

    @contextmanager
    def _serving(self, count: int) -> Iterator[Target]:
        with ExitStack() as stack:
            replicas = []
            for number, cores in enumerate(self._own(count)):
                replica = Replica(self._repository, self._folder / f"replica-{count}-{number}")
                stack.callback(replica.server.stop)
                replica.start()
                replica.pin(cores)
                replicas.append(replica)
            first = of_server(replicas[0].server)
            yield replace(first, address=",".join(replica.address for replica in replicas))
