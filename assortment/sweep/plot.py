"""The fronts: what each strategy gains in variety for what it costs in relevance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from assortment.sweep.trials import RANDOM, Trial

# Okabe and Ito's colours, which colour-blind readers can tell apart, with two markers each.
_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
_MARKERS: Final = ("o", "s")


_ZOOM: Final = 0.94
"""Share of it from which on the larger panel draws: where a choice is made."""


def fronts(trials: Sequence[Trial], default: Trial, file: Path) -> None:
    """Draws one line a strategy, a point a value of ``diversity``: all, the cheat included, and larger where one chooses."""
    by_strategy: dict[str, list[Trial]] = {}
    for trial in trials:
        if trial.setting.control == "diversity":
            by_strategy.setdefault(trial.setting.strategy, []).append(trial)
    plain = next(trial for trial in trials if trial.setting.strength == 0.0 and trial.setting.strategy != RANDOM)
    figure = Figure(figsize=(13, 6.5), layout="constrained")
    FigureCanvasAgg(figure)
    whole, near = figure.subplots(1, 2, width_ratios=(1, 1.9))
    for axes in (whole, near):
        for at, (strategy, group) in enumerate(by_strategy.items()):
            _draw(axes, at, strategy, group)
        axes.axvspan(0.99 * plain.ndcg, plain.ndcg, color="0.92", zorder=0)
        axes.plot(
            plain.ndcg, plain.alpha_ndcg, marker="*", markersize=13, color="black", linestyle="none", label="relevance only"
        )
        axes.set_xlabel("ndcg@10 over all queries (relevance)")
        axes.grid(color="0.9")
    shown = [trial for trial in trials if trial.ndcg >= _ZOOM * plain.ndcg and trial.setting.control == "diversity"]
    near.set_xlim(_ZOOM * plain.ndcg, max(trial.ndcg for trial in shown) + 0.002)
    near.set_ylim(min(trial.alpha_ndcg for trial in shown) - 0.004, max(trial.alpha_ndcg for trial in shown) + 0.008)
    near.plot(default.ndcg, default.alpha_ndcg, marker="o", markersize=15, fillstyle="none", color="black", linestyle="none")
    told = f"the default: {default.setting.strategy}, {default.setting.strength:g}"
    near.annotate(
        told, (default.ndcg, default.alpha_ndcg), xytext=(14, 12), textcoords="offset points", fontsize=9, annotation_clip=True
    )
    near.set_title("where a choice is made; shaded: at most 1 % of ndcg@10 lost", fontsize=10)
    whole.set_title("everything; the cheat diversifies random relevance", fontsize=10)
    whole.set_ylabel("alpha_ndcg@10 over ambiguous queries (variety)")
    near.legend(fontsize=8, loc="lower left", ncols=2, framealpha=0.9)
    figure.savefig(file, dpi=110)


def _draw(axes: Axes, at: int, strategy: str, group: Sequence[Trial]) -> None:
    cheat = strategy == RANDOM
    axes.plot(
        [trial.ndcg for trial in group],
        [trial.alpha_ndcg for trial in group],
        label=f"{strategy} (a cheat)" if cheat else strategy,
        color="0.5" if cheat else _COLOURS[at % len(_COLOURS)],
        marker="x" if cheat else _MARKERS[at // len(_COLOURS) % len(_MARKERS)],
        linestyle=":" if cheat else "-",
        markersize=4,
        linewidth=1.2,
    )
