"""Percentiles and rates of a load test, phase by phase: over the rate for steps, over time otherwise."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Final

from perf.load_test.result import LoadResult

PLOT: Final = "load.svg"
_SHOWN: Final = ("p50_ms", "p95_ms", "p99_ms")


def draw(result: LoadResult, path: Path) -> None:
    """Writes the plot. A percentile that failures have taken is left out."""
    from matplotlib.figure import Figure

    phases = result.phases
    ends = itertools.accumulate(phase.phase.seconds for phase in phases)
    is_step = result.settings.shape == "step"
    places = [phase.phase.rate if is_step else end - phase.phase.seconds / 2 for phase, end in zip(phases, ends, strict=True)]
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    latency, rates = figure.subplots(1, 2)
    for name in _SHOWN:
        times = [phase.latency_ms[name] for phase in phases]
        latency.plot(places, [ms if math.isfinite(ms) else math.nan for ms in times], "o-", label=name.removesuffix("_ms"))
    for objective in result.settings.objectives:
        if objective.name in _SHOWN:
            latency.axhline(objective.bound, linestyle="--", linewidth=1, color="black", label=str(objective))
    latency.set(ylabel="milliseconds from when a request was due", ylim=(0, None))
    rates.plot(places, [phase.phase.rate for phase in phases], "o:", color="grey", label="due")
    rates.plot(places, [phase.answered_per_s for phase in phases], "o-", label="answered")
    rates.set(ylabel="requests a second", ylim=(0, None))
    for axes in (latency, rates):
        axes.set(xlabel="requests due a second" if is_step else "seconds")
        axes.legend(frameon=False, fontsize="small")
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
