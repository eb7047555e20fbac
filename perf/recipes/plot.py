"""Speed over loss, one point a recipe, as large as its file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import matplotlib

from export.defaults import MAX_INT8_LOSS
from perf.recipes.found import Row
from perf.report.part import Picture

matplotlib.use("Agg")
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

FILE: Final = "recipes.svg"
_BESIDE: Final = ((6, 6), (6, -13), (6, 18), (6, -25))  # points from a recipe to its name, the first that is free


def draw(rows: Mapping[str, Row], folder: Path) -> Picture:
    """Draws the text encoder's recipes into ``folder``."""
    figure = Figure(figsize=(8.0, 5.0), layout="constrained")
    axes = figure.subplots()
    axes.axhspan(MAX_INT8_LOSS, max(MAX_INT8_LOSS, *(row.loss for row in rows.values())) * 1.1, color="0.93", zorder=0)
    for name, row in rows.items():
        speed = row.speeds[1]
        low, high = speed.quartiles
        axes.errorbar(
            speed.ratio, row.loss, xerr=[[max(0.0, speed.ratio - low)], [max(0.0, high - speed.ratio)]], color="0.6", lw=1
        )
        axes.scatter(speed.ratio, row.loss, s=row.size / 5e5, alpha=0.75, color="#3b6ea8" if "pruned" not in name else "#b5651d")
    axes.set_xlabel("time of a query, share of float32's (batch 1; left is faster)")
    axes.set_ylabel("loss of dev ndcg@10 (lower is better)")
    axes.set_title("Recipes of the query text encoder")
    _name(axes, {name: (row.speeds[1].ratio, row.loss) for name, row in rows.items()})
    figure.savefig(folder / FILE)
    return Picture(
        file=FILE,
        alt="Scatter of text encoder recipes: time of a query against the loss of ndcg@10, points as large as their files",
        caption="Grey: more is lost than ships by default. Bars: quartiles of the interleaved blocks. Brown: pruned.",
    )


def _name(axes: Axes, points: Mapping[str, tuple[float, float]]) -> None:
    """Writes each name beside its point, where it covers no other name."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.canvas.draw()  # from here on the axes stay where they are
    taken: list[Bbox] = []
    for name, point in points.items():
        for offset in _BESIDE:
            text = axes.annotate(name, point, xytext=offset, textcoords="offset points", fontsize=8)
            if not any(text.get_window_extent().overlaps(box) for box in taken):
                break
            text.remove()
        else:
            text = axes.annotate(name, point, xytext=_BESIDE[0], textcoords="offset points", fontsize=8)
        taken.append(text.get_window_extent())
