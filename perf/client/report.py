"""What the client bench found: a summary for scripts, Markdown for the documentation, a plot, and tables in the terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from perf.client import plot
from perf.client.deadlines import Overshoot
from perf.client.imports import Imports
from perf.client.memory import Memory
from perf.client.pairs import Pairs
from perf.client.settings import ClientBenchSettings
from perf.client.shared import Shared
from perf.report import origin, part
from perf.report.part import SUMMARY, Part

TOOL: Final = "client_bench"
TITLE: Final = "The client over raw tritonclient"
TABLE: Final = "table.md"
PLOT: Final = "plot.png"
_HEADINGS: Final = ("", "sync", "async", "wanted")

MOST_P50: Final = 1.10
"""Median time of a call of ours over that of a raw call, at most."""
LEAST_THROUGHPUT: Final = 0.85
"""Calls a second of ours over raw ones, at least."""
MOST_IMPORT_S: Final = 0.2
"""Seconds of import above tritonclient's own, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientBench:
    """Everything one run found."""

    processor: str
    settings: ClientBenchSettings
    sync_one: Pairs
    sync_many: Pairs
    async_one: Pairs
    async_many: Pairs
    imports: Imports
    shared: Shared
    overshoot: Sequence[Overshoot]
    memory: dict[str, Memory]

    @property
    def missed(self) -> list[str]:
        """What does not meet its target, in words."""
        found = []
        for face, one, many in (("sync", self.sync_one, self.sync_many), ("async", self.async_one, self.async_many)):
            if one.p50_ratio > MOST_P50:
                found.append(f"{face}: median time {one.p50_ratio:.3f} of raw, wanted {MOST_P50:.2f} at most")
            if many.throughput_ratio < LEAST_THROUGHPUT:
                found.append(f"{face}: throughput {many.throughput_ratio:.3f} of raw, wanted {LEAST_THROUGHPUT:.2f} at least")
        for face, above_s in (("sync", self.imports.sync_above_s), ("async", self.imports.async_above_s)):
            if above_s > MOST_IMPORT_S:
                found.append(f"{face}: import {above_s:.2f} s above tritonclient, wanted {MOST_IMPORT_S:g} s at most")
        return found


def summary(result: ClientBench) -> dict[str, Any]:
    """The contents of ``summary.json``. Times in the units that the names tell; ratios are ours by raw."""
    return {
        "missed": result.missed,
        "one_at_a_time": {"sync": result.sync_one.summary(), "async": result.async_one.summary()},
        "in_flight": {"sync": result.sync_many.summary(), "async": result.async_many.summary()},
        "imports": result.imports.summary(),
        "shared_by_threads": result.shared.summary(),
        "past_deadline": [one.summary() for one in result.overshoot],
        "memory": {face: memory.summary() for face, memory in result.memory.items()},
        "processor": result.processor,
        "settings": {name: value for name, value in asdict(result.settings).items() if name != "build"},
    }


def rows(result: ClientBench) -> list[tuple[str, ...]]:
    """The table of the documentation: what, sync, async, wanted."""
    one, many = (result.sync_one, result.async_one), (result.sync_many, result.async_many)
    shared, memory = result.shared.summary(), [result.memory[face] for face in ("sync", "async")]
    in_flight, threads = result.settings.in_flight, result.settings.threads
    return [
        ("median time of a search, by raw", *(f"{each.p50_ratio:.3f}" for each in one), f"at most {MOST_P50:.2f}"),
        ("that is, ms (ours / raw)", *(_both(each, "ms") for each in one), ""),
        (
            f"throughput with {in_flight} in flight, by raw",
            *(f"{each.throughput_ratio:.3f}" for each in many),
            f"at least {LEAST_THROUGHPUT:.2f}",
        ),
        ("that is, searches/s (ours / raw)", *(_both(each, "per_s") for each in many), ""),
        ("the client's processor time, ms a search (ours / raw)", *(_both(each, "cpu_ms") for each in one), ""),
        (
            "import above tritonclient's own, s",
            f"{result.imports.sync_above_s:.2f}",
            f"{result.imports.async_above_s:.2f}",
            f"at most {MOST_IMPORT_S:g}",
        ),
        (
            f"one client, {threads} threads, calls/s (ours / raw / ours with one thread)",
            f"{shared['per_s']['ours']:,.0f} / {shared['per_s']['raw']:,.0f} / {shared['per_s']['ours_one_thread']:,.0f}",
            "",
            "right answers",
        ),
        (
            f"memory over {memory[0].calls[-1]:,} calls, KiB for a thousand",
            *(f"{each.kb_per_1000_calls:.2f}" for each in memory),
            "0, flat",
        ),
        *(
            (
                f"past a {result.settings.deadline_ms} ms deadline, server {server}, p99.9 ms (ours / raw)",
                *(_overshoots(result, server, face) for face in ("sync", "async")),
                "",
            )
            for server in dict.fromkeys(one.server for one in result.overshoot)
        ),
    ]


def _both(pairs: Pairs, figure: str) -> str:
    told = pairs.summary()
    ours, raw = ((side[figure]["p50"] if figure == "ms" else side[figure]) for side in (told["ours"], told["raw"]))
    return f"{ours:.2f} / {raw:.2f}" if figure != "per_s" else f"{ours:.0f} / {raw:.0f}"


def _overshoots(result: ClientBench, server: str, face: str) -> str:
    found = {one.client: one.percentiles_ms()["p99.9"] for one in result.overshoot if one.server == server}
    return f"{found[f'ours, {face}']:.1f} / {found[f'raw, {face}']:.1f}"


def table(result: ClientBench) -> str:
    """The contents of ``table.md``."""
    lines = [_HEADINGS, ("---",) * 4, *rows(result)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def part_of(result: ClientBench) -> Part:
    """For the report's page."""
    late = [(one.server, one.client, *(f"{ms:.1f}" for ms in one.percentiles_ms().values())) for one in result.overshoot]
    return Part(
        tool=TOOL,
        title=TITLE,
        command=origin.command("bench-client", result.settings.catalogue),
        finding=f"At the median a search takes {result.sync_one.p50_ratio:.3f} of raw tritonclient's time (asynchronous "
        f"{result.async_one.p50_ratio:.3f}); throughput is {result.sync_many.throughput_ratio:.3f} of raw's "
        f"(asynchronous {result.async_many.throughput_ratio:.3f}).",
        made=origin.made(),
        machine=origin.machine(),
        tables=[
            part.Table(title="Ours by raw", columns=_HEADINGS, rows=rows(result)),
            part.Table(
                title="Milliseconds past the deadline", columns=("server", "client", "p50", "p99", "p99.9", "max"), rows=late
            ),
        ],
        pictures=[
            part.Picture(
                file=PLOT, alt="Share of searches that end within so many milliseconds, ours and raw, and memory over calls"
            )
        ],
        notes=[f"Missed: {told}." for told in result.missed],
    )


def write(result: ClientBench, folder: Path) -> None:
    """Summary, part, table and plot."""
    part_of(result).write(folder)
    (folder / SUMMARY).write_text(json.dumps(summary(result), indent=1) + "\n", encoding="utf-8")
    (folder / TABLE).write_text(table(result), encoding="utf-8")
    compared = {"sync": result.sync_one, "async": result.async_one}
    plot.draw(compared, result.memory, folder / PLOT)


def show(result: ClientBench, console: Console) -> None:
    """Prints the table, the deadlines in full, and what was missed."""
    told = Table(title=f"Our client by raw tritonclient, {result.settings.catalogue}, {result.processor}", title_justify="left")
    for heading in _HEADINGS:
        told.add_column(heading, justify="right" if heading in {"sync", "async"} else "left")
    for row in rows(result):
        told.add_row(*row)
    console.print(told)
    late = Table(title="Milliseconds past the deadline", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("server", "client", "calls", "p50", "p99", "p99.9", "max", "ended"):
        late.add_column(heading, justify="left" if heading in {"server", "client", "ended"} else "right")
    for one in result.overshoot:
        ended = ", ".join(f"{name} {count}" for name, count in one.ended.items())
        late.add_row(one.server, one.client, str(len(one.over_s)), *(f"{ms:.1f}" for ms in one.percentiles_ms().values()), ended)
    console.print(late)
    for told_missed in result.missed:
        console.print(f"  missed: {told_missed}", highlight=False, soft_wrap=True)
