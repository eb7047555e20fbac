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
from matplotlib.figure import Figure

FILE: Final = "recipes.svg"


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
        axes.annotate(name, (speed.ratio, row.loss), xytext=(6, 6), textcoords="offset points", fontsize=8)
    axes.set_xlabel("time of a query, share of float32's (batch 1; left is faster)")
    axes.set_ylabel("loss of dev ndcg@10 (lower is better)")
    axes.set_title("Recipes of the query text encoder")
    figure.savefig(folder / FILE)
    return Picture(
        file=FILE,
        alt="Scatter of text encoder recipes: time of a query against the loss of ndcg@10, points as large as their files",
        caption="Grey: more is lost than ships by default. Bars: quartiles of the interleaved blocks. Brown: pruned.",
    )
