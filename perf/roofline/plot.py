"""The roofline picture: attainable arithmetic over arithmetic a byte, and where each stage stands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from perf.roofline.gpus import ESTIMATED
from perf.roofline.work import Work

FILE: Final = "roofline.svg"
_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73")  # of Okabe and Ito
_STYLES: Final = ("-", "--", "-.")


def draw(works: Sequence[Work], path: Path) -> None:
    """Writes an SVG: one line a GPU (float16 peak), one upright a stage at its smallest and its largest batch."""
    intensity = np.logspace(-1, 3.5, 200)
    figure = Figure(figsize=(8.5, 4.6), layout="constrained")
    FigureCanvasSVG(figure)
    panel = figure.subplots()
    for gpu, colour, style in zip(ESTIMATED, _COLOURS, _STYLES, strict=True):
        attainable = np.minimum(gpu.fp16_tflops, intensity * gpu.bandwidth_gb_s / 1_000)
        panel.plot(
            intensity,
            attainable,
            style,
            color=colour,
            label=f"{gpu.name}: {gpu.fp16_tflops:g} TFLOPS, {gpu.bandwidth_gb_s:g} GB/s",
        )
    batches = (min(work.batch for work in works), max(work.batch for work in works))
    shown = [work for work in works if work.batch in batches]
    for work in shown:
        at = work.flops / work.bytes_moved
        panel.axvline(at, color="#BBBBBB", linewidth=0.8, zorder=0)
        label = f"{work.stage}, batch {work.batch}"
        panel.text(at, 0.011, label, rotation=90, fontsize=6.5, va="bottom", ha="right", color="#444444")
    panel.set(xscale="log", yscale="log", ylim=(0.01, 2_000), xlabel="floating-point operations per byte moved")
    panel.set_ylabel("attainable TFLOPS")
    panel.set_title("On paper, from data sheets: nothing here was measured", fontsize=10)
    panel.legend(frameon=False, fontsize="small", loc="upper left")
    panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
