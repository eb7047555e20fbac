"""Latency over throughput: one panel an ensemble, closed loop and open loop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from perf.perf_analyzer.measurement import LoadKind, Measurement

FILE: Final = "latency_over_throughput.svg"
_CLOSED, _OPEN = "#0072B2", "#D55E00"  # of Okabe and Ito; told apart by markers too
_NAMES: Final[dict[LoadKind, tuple[str, str, str]]] = {
    "concurrency": ("closed loop", _CLOSED, "o"),
    "rate": ("Poisson arrivals", _OPEN, "s"),
}


def draw(measured: Sequence[Measurement], path: Path) -> None:
    """Writes an SVG. Solid is the median, dashed the 99th percentile; measurements that were refused are not drawn."""
    models = list(dict.fromkeys(each.target.model for each in measured))
    figure = Figure(figsize=(4.0 * len(models), 3.6), layout="constrained")
    FigureCanvasSVG(figure)
    panels = figure.subplots(1, len(models), squeeze=False)[0]
    for panel, model in zip(panels, models, strict=True):
        for kind in _NAMES:
            _curve(panel, [each for each in measured if each.target.model == model and each.target.kind == kind], kind)
        panel.set(title=model, xlabel="answers a second", ylim=(0, None), xlim=(0, None))
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(visible=True, color="#E4E4E4", linewidth=0.7)
        panel.set_axisbelow(True)
    panels[0].set_ylabel("milliseconds")
    panels[0].legend(frameon=False, fontsize="small")
    figure.savefig(path, metadata={"Date": None})


def _curve(panel: Axes, measured: Sequence[Measurement], kind: LoadKind) -> None:
    answered = sorted((each for each in measured if each.row), key=lambda each: each.target.load)
    if not answered:
        return
    name, colour, marker = _NAMES[kind]
    rows = [each.row for each in answered if each.row]
    rates = [each.per_s for each in answered]
    panel.plot(rates, [row.p50_ms for row in rows], color=colour, marker=marker, label=f"{name}, p50")
    panel.plot(rates, [row.p99_ms for row in rows], color=colour, marker=marker, linestyle="--", label=f"{name}, p99")
