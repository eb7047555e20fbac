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
    """Writes an SVG: the GPUs' rooflines (float16), and below, on the same axis, each stage by its batches."""
    stages = list(dict.fromkeys(work.stage for work in works))
    figure = Figure(figsize=(8.5, 3.8 + 0.3 * len(stages)), layout="constrained")
    FigureCanvasSVG(figure)
    roofs, places = figure.subplots(2, 1, sharex=True, height_ratios=(3.4, 0.3 * len(stages)))
    intensity = np.logspace(-1, 3.5, 200)
    for gpu, colour, style in zip(ESTIMATED, _COLOURS, _STYLES, strict=True):
        label = f"{gpu.name}: {gpu.fp16_tflops:g} TFLOPS, {gpu.bandwidth_gb_s:g} GB/s"
        attainable = np.minimum(gpu.fp16_tflops, intensity * gpu.bandwidth_gb_s / 1_000)
        roofs.plot(intensity, attainable, style, color=colour, label=label)
    roofs.set(xscale="log", yscale="log", ylabel="attainable TFLOPS")
    roofs.set_title("On paper, from data sheets: nothing here was measured", fontsize=10)
    roofs.legend(frameon=False, fontsize="small", loc="upper left")
    for place, stage in enumerate(reversed(stages)):
        batches = sorted((work for work in works if work.stage == stage), key=lambda work: work.batch)
        at = [work.flops / work.bytes_moved for work in batches]
        places.plot(at, [place] * len(at), "-", color="#444444", linewidth=1)
        places.plot(at[:1], [place], "o", color="#444444", markerfacecolor="white")
        places.plot(at[-1:], [place], "o", color="#444444")
    places.set_yticks(range(len(stages)), list(reversed(stages)))
    ends = sorted({work.batch for work in works})
    places.set_xlabel(f"floating-point operations per byte moved (open: batch {ends[0]}, filled: batch {ends[-1]})")
    for panel in (roofs, places):
        panel.grid(visible=True, axis="x", color="#E4E4E4", linewidth=0.7)
        panel.set_axisbelow(True)
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
