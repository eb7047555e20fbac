"""The comparison as a picture: how long calls take, and memory over the calls."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from perf.client.memory import Memory
from perf.client.pairs import Pairs

_COLOURS: Final = {"sync": "#0072B2", "async": "#D55E00"}  # of Okabe and Ito


def draw(compared: Mapping[str, Pairs], memory: Mapping[str, Memory], path: Path) -> None:
    """Writes a PNG; ``compared`` and ``memory`` go by "sync" and "async"."""
    figure = Figure(figsize=(9.5, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    times, resident = figure.subplots(1, 2)
    longest = 0.0
    for face, pairs in compared.items():
        for blocks, style, name in ((pairs.ours, "-", "ours"), (pairs.raw, "--", "raw tritonclient")):
            taken = np.sort([1e3 * seconds for block in blocks for seconds in block.times_s])
            longest = max(longest, float(np.percentile(taken, 99)))
            shares = np.arange(1, len(taken) + 1) / len(taken)
            times.plot(taken, shares, style, color=_COLOURS[face], linewidth=1.3, label=f"{name}, {face}")
    times.set(xlabel="milliseconds of a search, one at a time", ylabel="share of calls", xlim=(0, longest), ylim=(0, 1))
    times.legend(frameon=False, fontsize=9)
    for face, found in memory.items():
        resident.plot(found.calls, found.resident_mb, color=_COLOURS[face], label=face)
    resident.set(xlabel="calls of one client", ylabel="resident memory, MiB", ylim=(0, None))
    resident.legend(frameon=False, fontsize=9)
    for panel in (times, resident):
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=120)
