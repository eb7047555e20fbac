"""The sweep as ``summary.json``, a plot, a part of the performance page, and a table in a terminal."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from rich.console import Console

from perf.cores import processor
from perf.cpu_sweep.settings import Tuning
from perf.cpu_sweep.sweep import Sweep
from perf.report import origin
from perf.report.part import SUMMARY, Part, Picture, Table
from perf.report.terminal import show_table

PLOT: Final = "tunings.svg"
_WORST_P95: Final = 1.1  # of the default's: a tuning that waits longer buys its throughput with latency
_MOST_REFUSED: Final = 0.01
_MOST_LOST: Final = 0.01  # of the open loop's arrivals, beyond those that the default lost
_COLUMNS: Final = ("tuning", "throughput", "worst round", "best round", "alone", "p95 open loop", "good", "refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One tuning over all rounds; ratios are to the default in the same round, medians of the rounds."""

    tuning: Tuning
    rounds: int
    throughput: float
    lowest: float
    highest: float
    """Throughput ratio of the worst and the best round."""
    alone: float
    open_p95: float
    good_share: float
    less_good: float
    """How much smaller that share is than the default's, mean of the rounds."""
    refused_share: float

    @property
    def allowed(self) -> bool:
        """Whether it may be called better: hardly anything refused, no more arrivals lost, and no longer waits."""
        return self.refused_share <= _MOST_REFUSED and self.less_good <= _MOST_LOST and self.open_p95 <= _WORST_P95


def verdicts(found: Sweep) -> list[Verdict]:
    """Of every tuning that was measured beside the default, by throughput, the best first."""
    told = []
    for tuning in dict.fromkeys(cell.tuning for cell in found.cells):
        cells = [cell for cell in found.cells if cell.tuning == tuning]
        throughput = found.ratios(tuning, "per_s")
        if not throughput:
            continue
        told.append(
            Verdict(
                tuning=tuning,
                rounds=len(throughput),
                throughput=statistics.median(throughput),
                lowest=min(throughput),
                highest=max(throughput),
                alone=statistics.median(found.ratios(tuning, "alone_ms")),
                open_p95=statistics.median(found.ratios(tuning, "open_p95_ms")),
                good_share=statistics.fmean(cell.good_share for cell in cells),
                less_good=found.less_good(tuning),
                refused_share=sum(cell.refused for cell in cells) / (len(cells) * found.settings.requests),
            )
        )
    return sorted(told, key=lambda verdict: -verdict.throughput)


def best(found: Sweep) -> Verdict | None:
    """The tuning with most throughput that wins every round without longer waits or more losses; None when none does."""
    better = [v for v in verdicts(found) if v.tuning != found.default and v.allowed and v.lowest > 1.0]
    return max(better, key=lambda verdict: verdict.throughput, default=None)


def finding(found: Sweep) -> str:
    """Which tuning is best, and the default's distance to it."""
    if not found.cells:
        return "Nothing was measured."
    winner = best(found)
    if winner is None:
        return (
            f"No tuning beats the default ({found.default}) in every round without refusals, more arrivals lost, or a p95 "
            f"more than {100 * (_WORST_P95 - 1):.0f} % longer."
        )
    return (
        f"Best is {winner.tuning}: {winner.throughput:.2f} times the default's throughput ({winner.lowest:.2f} to "
        f"{winner.highest:.2f} over {winner.rounds} rounds) at {winner.open_p95:.2f} times its p95; the default "
        f"({found.default}) reaches {1 / winner.throughput:.2f} of it."
    )


def table(found: Sweep) -> Table:
    """Every tuning, the best first."""
    rows = [
        [
            f"{v.tuning}{' (default)' if v.tuning == found.default else ''}",
            *(f"{ratio:.2f}" for ratio in (v.throughput, v.lowest, v.highest, v.alone)),
            f"{v.open_p95:.2f}" if math.isfinite(v.open_p95) else "none",
            f"{100 * v.good_share:.1f}%",
            f"{100 * v.refused_share:.1f}%",
        ]
        for v in verdicts(found)
    ]
    return Table(
        title="Tunings of text_search, as ratios to the default in the same round",
        columns=_COLUMNS,
        rows=rows,
        note=f"Throughput with {found.settings.in_flight} in flight; alone: time of a request with one in flight; open loop: "
        f"Poisson arrivals at {found.rate:g}/s, good within 200 ms, others slower than all. "
        f"Medians of {found.settings.rounds} rounds.",
    )


def write(found: Sweep, folder: Path) -> None:
    """``summary.json``, the plot and ``part.json``."""
    (folder / SUMMARY).write_text(json.dumps(summary(found), indent=1) + "\n", encoding="utf-8")
    pictures = []
    if found.cells:
        _draw(verdicts(found), found.default, folder / PLOT)
        pictures = [Picture(file=PLOT, alt="Throughput of each tuning over the default's, all rounds")]
    Part(
        tool="cpu_sweep",
        title="CPU sweep: instances, threads, batch windows",
        command=origin.command("cpu-sweep", found.settings.catalogue),
        finding=finding(found),
        made=origin.made(),
        machine=origin.machine(),
        incomplete=found.incomplete,
        tables=[table(found)],
        pictures=pictures,
        notes=["The load generator shares the cores with the server.", "Only search, whose one step is text_search on a CPU."],
    ).write(folder)


def summary(found: Sweep) -> dict[str, Any]:
    """All figures, cell by cell; what is infinite is null."""
    winner = best(found)
    return {
        "catalogue": found.settings.catalogue,
        "processor": processor(),
        "incomplete": found.incomplete,
        "default": asdict(found.default),
        "best": _finite(asdict(winner)) if winner else None,
        "open_loop_rate": found.rate,
        "verdicts": [_finite(asdict(verdict)) for verdict in verdicts(found)],
        "cells": [_finite(asdict(cell)) for cell in found.cells],
    }


def show(found: Sweep, console: Console) -> None:
    """The table and the finding."""
    show_table(table(found), console)
    console.print(finding(found), highlight=False)


def _finite(told: dict[str, Any]) -> dict[str, Any]:
    return {name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in told.items()}


def _draw(told: Sequence[Verdict], default: Tuning, path: Path) -> None:
    """One line a tuning: its rounds from the worst to the best, and their median."""
    figure = Figure(figsize=(8.0, 0.8 + 0.34 * len(told)), layout="constrained")
    FigureCanvasSVG(figure)
    panel = figure.subplots()
    for place, verdict in enumerate(reversed(told)):
        colour = "#0072B2" if verdict.allowed else "#8C8C8C"
        panel.plot([verdict.lowest, verdict.highest], [place, place], color=colour, linewidth=2)
        panel.plot(verdict.throughput, place, "D" if verdict.tuning == default else "o", color=colour)
    panel.axvline(1.0, color="black", linewidth=0.8, linestyle=":")
    panel.set_yticks(range(len(told)), [str(verdict.tuning) for verdict in reversed(told)])
    panel.set_xlabel("throughput, times the default's (grey: refuses or loses requests, or waits longer)")
    panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
