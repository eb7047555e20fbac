"""The overload run as a table, a plot, ``summary.json`` and a part of the report's page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console

from perf.open_loop import Arrivals
from perf.report import origin, part
from perf.report.part import SUMMARY, Part
from perf.report.terminal import show_table

TOOL: Final = "overload"
TITLE: Final = "Overload: good answers at shares and multiples of capacity"
PLOT: Final = "overload.png"
_PERCENTILES: Final = (50.0, 95.0, 99.0, 99.9)


@dataclass(slots=True, kw_only=True)
class Overload:
    """What one run found so far."""

    catalogue: str
    processor: str
    deadline_s: float
    capacity: list[float] = field(default_factory=list)
    """Answers a second of each closed-loop block, before, between and after the open-loop runs."""
    loads: list[tuple[float, Arrivals]] = field(default_factory=list)
    """Times of capacity, and what came of it."""
    incomplete: str = ""
    """Why the run ended before its end."""

    @property
    def of_capacity(self) -> float:
        """Answers a second that the server can give: the median of its blocks."""
        return float(np.median(self.capacity)) if self.capacity else float("nan")


def percentiles_ms(times_s: Sequence[float]) -> list[float]:
    """p50, p95, p99 and p99.9 in milliseconds; NaN of nothing."""
    if not times_s:
        return [float("nan")] * len(_PERCENTILES)
    found: list[float] = (np.percentile(np.asarray(times_s), _PERCENTILES) * 1_000).tolist()
    return found


def summary(result: Overload) -> dict[str, Any]:
    """All figures, for ``summary.json``."""
    rows = []
    for times, arrivals in result.loads:
        told = dict(zip(("p50", "p95", "p99", "p99.9"), percentiles_ms(arrivals.good_s), strict=True))
        rows.append(
            {
                "times_capacity": times,
                "offered_per_s": round(arrivals.offered / arrivals.seconds, 1),
                "good_per_s": round(arrivals.goodput, 1),
                "good_of_capacity": round(arrivals.goodput / result.of_capacity, 3),
                "requests": arrivals.offered,
                "good": len(arrivals.good_s),
                "shed": arrivals.shed,
                "late": arrivals.late,
                "failed": arrivals.failed,
                "good_ms": {name: round(value, 1) if arrivals.good_s else None for name, value in told.items()},
                "generator_behind_p99_ms": round(percentiles_ms(arrivals.behind_s)[2], 1),
            }
        )
    return {
        "catalogue": result.catalogue,
        "processor": result.processor,
        "incomplete": result.incomplete,
        "deadline_ms": round(result.deadline_s * 1_000),
        "capacity_per_s": [round(rate, 1) for rate in result.capacity],
        "loads": rows,
    }


def table(result: Overload) -> part.Table:
    """A row for each load."""
    rows = []
    for row in summary(result)["loads"]:
        shares = [f"{100 * row[what] / row['requests']:.1f}%" for what in ("shed", "late")]
        times = ["-" if value is None else f"{value:.0f}" for value in row["good_ms"].values()]
        rows.append(
            (
                f"{row['times_capacity']:g}x",
                f"{row['offered_per_s']:.0f}",
                f"{row['good_per_s']:.0f}",
                f"{row['good_of_capacity']:.2f}",
                *shares,
                str(sum(row["failed"].values())),
                *times,
            )
        )
    return part.Table(
        title=f"Open loop, deadline {result.deadline_s * 1_000:.0f} ms; capacity {result.of_capacity:.0f} answers/s",
        columns=("load", "offered/s", "good/s", "of capacity", "shed", "late", "failed", "p50", "p95", "p99", "p99.9 ms"),
        rows=rows,
    )


def part_of(result: Overload) -> Part:
    """For the report's page."""
    told = [f"{arrivals.goodput / result.of_capacity:.2f} at {times:g} times" for times, arrivals in result.loads]
    return Part(
        tool=TOOL,
        title=TITLE,
        command=origin.command("overload", result.catalogue),
        finding=f"Answers within {result.deadline_s:g} s as a share of capacity: {', '.join(told) or 'none measured'}.",
        made=origin.made(),
        machine=origin.machine(),
        incomplete=result.incomplete,
        tables=[table(result)],
        pictures=[part.Picture(file=PLOT, alt="Goodput, and percentiles of good answers, over the load")],
        notes=["The load generator shares the cores with the server.", "Percentiles are those of the good answers alone."],
    )


def show(result: Overload, console: Console) -> None:
    """The table."""
    show_table(table(result), console)


def write(result: Overload, folder: Path) -> None:
    """``summary.json``, ``part.json`` and the plot: goodput, and the tail of the good answers, over the load."""
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    (folder / SUMMARY).write_text(json.dumps(summary(result), indent=1) + "\n", encoding="utf-8")
    part_of(result).write(folder)
    times = [load for load, _ in result.loads]
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    rates, tail = figure.subplots(1, 2)
    rates.plot(times, [arrivals.offered / arrivals.seconds for _, arrivals in result.loads], "o:", color="grey", label="offered")
    rates.plot(times, [arrivals.goodput for _, arrivals in result.loads], "o-", label=f"good: within {result.deadline_s:g} s")
    rates.axhline(result.of_capacity, linestyle="--", linewidth=1, color="black", label="capacity, closed loop")
    rates.set(
        xlabel="load, times capacity", ylabel="requests a second", ylim=(0, 2.2 * result.of_capacity if result.capacity else None)
    )
    for place, name in enumerate(("p50", "p95", "p99", "p99.9")):
        tail.plot(times, [percentiles_ms(arrivals.good_s)[place] for _, arrivals in result.loads], "o-", label=name)
    tail.set(xlabel="load, times capacity", ylabel="milliseconds, good answers", ylim=(0, 1_100 * result.deadline_s))
    for axes in (rates, tail):
        axes.legend(frameon=False, fontsize="small")
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(folder / PLOT, dpi=120)
