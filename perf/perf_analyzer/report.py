"""A run of perf_analyzer as ``summary.json``, as a part of the performance page, and as tables in a terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from assortment_client import contract
from perf.cores import processor
from perf.perf_analyzer import plot
from perf.perf_analyzer.measurement import Measurement
from perf.perf_analyzer.settings import Settings
from perf.report import origin
from perf.report.part import SUMMARY, Part, Picture, Table
from perf.report.terminal import show_table

_LOAD_UNITS: Final = {"concurrency": "in flight", "rate": "arrivals/s"}
_REFUSED: Final = "refused"


@dataclass(kw_only=True)
class Run:
    """What one run found so far."""

    settings: Settings
    version: str = ""
    """Of perf_analyzer."""
    entries: dict[str, int] = field(default_factory=dict)
    """Model to the number of different requests in its input data."""
    ensembles: list[Measurement] = field(default_factory=list)
    steps: list[Measurement] = field(default_factory=list)
    incomplete: str = ""


def line(measured: Measurement) -> str:
    """One measurement in a line, for whoever waits."""
    target, row = measured.target, measured.row
    told = f"{measured.per_s:.0f}/s, p50 {row.p50_ms:.1f} ms, p99 {row.p99_ms:.1f} ms" if row else "the server refused a request"
    return f"  {target.model}, {target.load:g} {_LOAD_UNITS[target.kind]}: {told}"


def write(found: Run, folder: Path) -> None:
    """``summary.json``, the plot and ``part.json``."""
    (folder / SUMMARY).write_text(json.dumps(summary(found), indent=1) + "\n", encoding="utf-8")
    pictures = []
    if any(measured.row for measured in found.ensembles):
        plot.draw(found.ensembles, folder / plot.FILE)
        alt = "Latency over throughput of each ensemble, closed loop and open loop"
        pictures = [Picture(file=plot.FILE, alt=alt, caption="Median and 99th percentile; every point is one measurement.")]
    settings = found.settings
    Part(
        tool="perf_analyzer",
        title="perf_analyzer: ensembles and their steps",
        command=origin.command("perf-analyzer", settings.catalogue),
        finding=finding(found),
        made=origin.made(),
        machine=origin.machine(),
        incomplete=found.incomplete,
        tables=tables(found),
        pictures=pictures,
        notes=[
            f"perf_analyzer {found.version} on the server's own cores; {settings.requests} requests behind a row of an ensemble, "
            f"{settings.stage_requests} behind one of a step.",
            "A row that was refused is past what the server's queue policy admits: perf_analyzer ends at the first refusal. "
            "make overload measures what happens there.",
            "Queue and compute are Triton's own statistics, means over a row's requests.",
            *_requests(found.entries),
        ],
    ).write(folder)


def summary(found: Run) -> dict[str, Any]:
    """All figures. Times in milliseconds."""
    return {
        "catalogue": found.settings.catalogue,
        "perf_analyzer": found.version,
        "processor": processor(),
        "different_requests": found.entries,
        "incomplete": found.incomplete,
        "ensembles": [_measured(each) for each in found.ensembles],
        "steps": [_measured(each) for each in found.steps],
    }


def finding(found: Run) -> str:
    """The best throughput of each ensemble, and its latency one at a time."""
    told = []
    for model in dict.fromkeys(each.target.model for each in found.ensembles):
        closed = [each for each in found.ensembles if each.target.model == model and each.target.kind == "concurrency"]
        rows = [(each.target.load, each.per_s, each.row.p50_ms) for each in closed if each.row]
        if rows:
            load, per_s, _ = max(rows, key=lambda row: row[1])
            fewest, _, p50_ms = min(rows)
            told.append(
                f"{model} answers in {p50_ms:.1f} ms (p50, {fewest:g} in flight) "
                f"and gives at most {per_s:.0f}/s, with {load:g} in flight"
            )
    return "; ".join(told) + "." if told else "Nothing was measured."


def tables(found: Run) -> list[Table]:
    """Ensembles by load, what their steps did meanwhile, and the steps by themselves."""
    columns = ["model", "load", "requests", "per second", "p50 ms", "p90 ms", "p95 ms", "p99 ms"]
    inside = [
        [
            each.target.model,
            _load(each),
            stage.model,
            f"{stage.mean_batch:.1f}",
            f"{stage.queue_ms:.2f}",
            f"{stage.compute_ms:.2f}",
        ]
        for each in found.ensembles
        for stage in each.stages
        if stage.mean_batch > 0
    ]
    return [
        Table(title="Ensembles", columns=columns, rows=[_cells(each) for each in found.ensembles]),
        Table(title="Inside the ensembles", columns=["ensemble", "load", "step", "batch", "queue ms", "compute ms"], rows=inside),
        Table(title="Each step by itself", columns=columns, rows=[_cells(each) for each in found.steps]),
    ]


def show(found: Run, console: Console) -> None:
    """The first and the last of the tables."""
    for table in (tables(found)[0], tables(found)[2]):
        show_table(table, console)


def _requests(entries: Mapping[str, int]) -> list[str]:
    """Which requests were sent, when it came so far."""
    if not entries:
        return []
    told = ", ".join(f"{model} {count}" for model, count in entries.items())
    left_out = [] if contract.SEARCH_MULTIMODAL in entries else ["search_multimodal was left out: no query has a picture."]
    return [f"Different requests sent in turn: {told}.", *left_out]


def _measured(each: Measurement) -> dict[str, Any]:
    told = {**asdict(each.target), "refused": each.row is None, "per_s": round(each.per_s, 1)}
    stages = [
        {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(s).items()} for s in each.stages
    ]
    return {**told, "measured": each.row.as_dict() if each.row else None, "triton": stages}


def _load(each: Measurement) -> str:
    return f"{each.target.load:g} {_LOAD_UNITS[each.target.kind]}"


def _cells(each: Measurement) -> Sequence[str]:
    row = each.row
    if row is None:
        return [each.target.model, _load(each), str(each.target.requests), *[_REFUSED] * 5]
    times = (row.p50_ms, row.p90_ms, row.p95_ms, row.p99_ms)
    return [each.target.model, _load(each), str(each.target.requests), f"{each.per_s:.1f}", *(f"{ms:.1f}" for ms in times)]
