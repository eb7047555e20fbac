"""Runs the generator against a server and reads what it wrote: phases, a closed loop's rate, the generator's own limit."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from perf.client.record import record
from perf.client.replay import ReplayServer
from perf.load_test import flags, phases, samples, server_times
from perf.load_test.generator import Generator
from perf.load_test.mix import TEXT, Mix
from perf.load_test.phases import PhaseResult
from perf.load_test.samples import ANSWERED
from perf.load_test.settings import LoadSettings
from perf.load_test.shapes import Phase
from perf.load_test.target import Target

_IN_FLIGHT: Final = 8  # two instances with half a batch each: saturated, and not yet refusing
_RECORDED: Final = 16


def schedule(
    target: Target, folder: Path, settings: LoadSettings, rates: Sequence[float], *, cores: Sequence[Collection[int]] = ()
) -> None:
    """Sends the whole shape; the samples are in ``folder`` however it ends.

    Raises:
        ServerError: when the server ended.
        StepError: when the generator failed.
    """
    planned = {"shape": settings.shape, "rates": told(rates), "seconds": settings.seconds}
    values = settings.flags() | target.flags() | planned
    with Generator(
        target.address, folder, values, users=settings.users, workers=settings.workers, web=settings.web, cores=cores
    ) as running:
        if settings.web:
            print(f"http://{running.web_address} (Ctrl-C ends it)", flush=True)
        running.wait(target.pause)


def told(rates: Sequence[float]) -> str:
    """Rates as the locustfile's flag takes them."""
    return ",".join(f"{rate:.6g}" for rate in rates)


def results(folder: Path, planned: Sequence[Phase], *, cut_short: bool = False) -> list[PhaseResult]:
    """The phases of which there are samples; the last one, when the run was cut short, as long as it lasted."""
    read = server_times.readings(folder)
    starts = itertools.accumulate((phase.seconds for phase in planned), initial=0.0)
    sent = phases.split(planned, samples.read(folder))
    parts = [(phase, part, start) for (phase, part), start in zip(sent, starts, strict=False) if part]
    if cut_short and parts:
        phase, part, start = parts[-1]
        parts[-1] = (replace(phase, seconds=max(1e-3, part[-1].due_s - start)), part, start)
    return [
        phases.result(phase, part, *server_times.of_phase(read, start, start + phase.seconds)) for phase, part, start in parts
    ]


def capacity(target: Target, folder: Path, settings: LoadSettings, *, cores: Sequence[Collection[int]] = ()) -> float:
    """Answers a second to the same mix in a closed loop of eight users. Raises as ``schedule`` does."""
    values = settings.flags() | {"shape": "steady", "rates": ""}
    return _closed(target, folder, values, users=_IN_FLIGHT, settings=settings, cores=cores)


def generator_limit(target: Target, folder: Path, settings: LoadSettings) -> float:
    """Requests a second that the generator itself manages, against a server that replays recorded answers to texts.

    That server is Python too and takes its share of the cores, so the limit is at least that.
    """
    mix = Mix(settings.mix)
    asked = (mix.request(number) for number in range(4_096))
    texts = list(dict.fromkeys(request.query for kind, request in asked if kind == TEXT))[:_RECORDED] or ["blue shoes"]
    with tempfile.TemporaryDirectory() as scratch:
        answers, queries = Path(scratch) / "answers.json", Path(scratch) / "queries.txt"
        record(target.address.split(",")[0], texts, answers)
        queries.write_text("\n".join(texts) + "\n", encoding="utf-8")
        values = settings.flags() | {"rates": "", "queries": queries, "text": 1, "picture": 0, "rerank": 0}
        with ReplayServer(answers) as replay:
            users = _IN_FLIGHT * settings.workers
            return _closed(Target(address=replay.address, pause=time.sleep), folder, values, users=users, settings=settings)


def _closed(
    target: Target,
    folder: Path,
    values: dict[str, object],
    *,
    users: int,
    settings: LoadSettings,
    cores: Sequence[Collection[int]] = (),
) -> float:
    folder.mkdir(parents=True)
    run_time_s = flags.LEAD_S + settings.closed_s
    with Generator(
        target.address, folder, values, users=users, workers=settings.workers, run_time_s=run_time_s, cores=cores
    ) as running:
        running.wait(target.pause)
    asked = [sample for sample in samples.read(folder) if 0 <= sample.due_s < settings.closed_s]
    return sum(sample.outcome == ANSWERED for sample in asked) / settings.closed_s
