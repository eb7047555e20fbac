"""The times as a picture: one panel for each strategy and peer, milliseconds by the number of candidates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from perf.diversify.timing import Cell

_COLUMNS: Final = 3
_OURS, _PEER, _BOUND = "#0072B2", "#D55E00", "#8C8C8C"  # of Okabe and Ito: blue, vermilion; told apart by dashes too
_MARKERS: Final = ("o", "s")


def draw(cells: Sequence[Cell], path: Path) -> None:
    """Writes a PNG of the times at the largest D, of the shortest and the longest selection."""
    dim = max(cell.dim for cell in cells)
    cells = [cell for cell in cells if cell.dim == dim]
    lengths = sorted({cell.k for cell in cells})
    lengths = [lengths[0], lengths[-1]] if len(lengths) > 1 else lengths
    pairs = list(dict.fromkeys((cell.strategy, timing.name) for cell in cells for timing in cell.peers))
    figure = Figure(figsize=(4.1 * _COLUMNS, 3.1 * max(1, math.ceil(len(pairs) / _COLUMNS)) + 1.2), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(max(1, math.ceil(len(pairs) / _COLUMNS)), _COLUMNS, sharex=True, sharey=True, squeeze=False)
    for place, panel in enumerate(panels.flat):
        if place < len(pairs):
            _panel(panel, [cell for cell in cells if cell.strategy == pairs[place][0]], pairs[place][1], lengths)
        else:
            panel.set_axis_off()
    _label_edges(panels.tolist(), len(pairs))
    figure.suptitle(f"Milliseconds for one selection, one thread, D = {dim}; numbers: peer's time by ours", fontsize=12)
    figure.legend(handles=_legend(lengths), loc="outside lower center", ncols=3 + len(lengths), frameon=False, fontsize=10)
    figure.savefig(path, dpi=130)


def _panel(panel: Axes, cells: Sequence[Cell], peer: str, lengths: Sequence[int]) -> None:
    for k, marker, below in zip(lengths, _MARKERS, (len(lengths) > 1, False), strict=False):
        row = sorted((cell for cell in cells if cell.k == k), key=lambda cell: cell.num_candidates)
        nums = [cell.num_candidates for cell in row]
        theirs = {cell.num_candidates: ms for cell in row if (ms := _ms_of(cell, peer)) is not None}
        style: dict[str, Any] = {"marker": marker, "markersize": 5.0, "linewidth": 1.6}
        panel.plot(nums, [cell.bound.median_ms for cell in row], color=_BOUND, linestyle=":", linewidth=1.2, zorder=1)
        panel.plot(list(theirs), list(theirs.values()), color=_PEER, linestyle="--", markerfacecolor="white", zorder=2, **style)
        panel.plot(nums, [cell.ours.median_ms for cell in row], color=_OURS, linestyle="-", zorder=3, **style)
        if theirs:
            last = max(theirs)
            ratio = next(cell.ratio(peer) for cell in row if cell.num_candidates == last)
            assert ratio is not None
            panel.annotate(
                f"{ratio:.1f}x" if ratio < 10.0 else f"{ratio:,.0f}x",
                (last, theirs[last]),
                xytext=(7, 0),
                textcoords="offset points",
                va="top" if below else "bottom",  # two labels at one height stay apart
                fontsize=9,
                color=_PEER,
            )
    panel.set_xscale("log")
    panel.set_yscale("log")
    every = sorted({cell.num_candidates for cell in cells})
    panel.set_xlim(every[0] * 0.8, every[-1] * (every[-1] / every[0]) ** 0.2 * 1.1)
    panel.margins(y=0.1)
    panel.xaxis.set_major_locator(FixedLocator(every))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    panel.set_title(f"{cells[0].strategy} against {peer}", fontsize=10)
    panel.grid(visible=True, which="major", color="#E4E4E4", linewidth=0.7)
    panel.set_axisbelow(True)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)


def _ms_of(cell: Cell, peer: str) -> float | None:
    return next((timing.median_ms for timing in cell.peers if timing.name == peer), None)


def _label_edges(panels: Sequence[Sequence[Axes]], num: int) -> None:
    """Names the axes at the left and below the lowest panel of each column."""
    for place in range(num):
        row, column = divmod(place, _COLUMNS)
        panel = panels[row][column]
        if column == 0:
            panel.set_ylabel("ms", fontsize=10)
        if place + _COLUMNS >= num:
            panel.tick_params(labelbottom=True)
            panel.set_xlabel("candidates (N)", fontsize=10)


def _legend(lengths: Sequence[int]) -> list[Line2D]:
    lines = [
        Line2D([], [], color=_OURS, linewidth=1.8, label="ours"),
        Line2D([], [], color=_PEER, linewidth=1.8, linestyle="--", label="peer"),
        Line2D([], [], color=_BOUND, linewidth=1.4, linestyle=":", label="k x GEMV"),
    ]
    for k, marker in zip(lengths, _MARKERS, strict=False):
        lines.append(Line2D([], [], color="#333333", linestyle="", marker=marker, label=f"k = {k}"))
    return lines
