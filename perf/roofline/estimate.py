"""From work to time: every kernel takes as long as its arithmetic or its memory traffic, whichever is longer, and a start.

    t = sum over kernels of max(flops / (e * peak), bytes / (m * bandwidth)) + kernels * s

(Williams, Waterman, Patterson 2009, "Roofline", doi:10.1145/1498765.1498785, with a start for each kernel.) ``m`` is an
assumption; ``e`` and ``s`` are fitted to published figures of BERT-base on three GPUs, so the estimate is theirs carried over,
not a measurement of ours.

Two figures by the data sheet alone stand beside it: the same sum with ``e`` = ``m`` = 1 and ``s`` = 0 (``WITHOUT_REUSE``), and
the floor, in which nothing between two operations goes through memory.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from perf.roofline import published
from perf.roofline.gpus import Gpu
from perf.roofline.work import HALF, Work

BANDWIDTH_SHARE: Final = 0.8  # of the data sheet's, an assumption: what streaming kernels commonly reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Efficiency:
    """What a GPU gives of what its data sheet says."""

    compute_share: float
    """e: of the peak, 0 to 1."""
    start_us: float
    """s: of one kernel, in microseconds."""
    bandwidth_share: float = BANDWIDTH_SHARE
    """m: of the memory's bandwidth, 0 to 1."""


WITHOUT_REUSE: Final = Efficiency(compute_share=1.0, start_us=0.0, bandwidth_share=1.0)
"""All that the data sheet says, and kernels that start in no time. No floor: every tensor between two operations still goes
through memory, and fused kernels and caches spare many of them that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The constants, and how well they explain what they were fitted to."""

    efficiency: Efficiency
    mean_error: float
    """Mean factor between estimate and published figure, either way; 1 is exact."""
    worst_error: float
    """The largest such factor."""


def milliseconds(work: Work, gpu: Gpu, efficiency: Efficiency) -> float:
    """Expected time of one batch."""
    return _milliseconds(work.kernels, _tflops(work, gpu), gpu, efficiency)


def floor_milliseconds(work: Work, gpu: Gpu) -> float:
    """What no program goes below: all arithmetic at the peak, or inputs, weights and outputs through memory once.

    Weights that stay in the GPU's cache from one batch to the next could still be quicker.
    """
    arithmetic, memory = work.flops / (_tflops(work, gpu) * 1e9), work.bytes_once / (gpu.bandwidth_gb_s * 1e6)
    return max(arithmetic, memory)


def fit(series: Sequence[published.Series] = published.BERT_BASE) -> Fit:
    """The constants that explain all published figures best, by the mean of absolute logarithms, over a grid."""
    works = {batch: published.work(batch) for each in series for batch in each.mean_ms}
    kernels = {batch: work.kernels for batch, work in works.items()}
    figures = [(batch, each.gpu, ms) for each in series for batch, ms in each.mean_ms.items()]
    errors: dict[Efficiency, list[float]] = {}
    for share, start_us in itertools.product(_COMPUTE_SHARES, _STARTS_US):
        one = Efficiency(compute_share=share, start_us=start_us)
        expected = [_milliseconds(kernels[batch], _tflops(works[batch], gpu), gpu, one) for batch, gpu, _ in figures]
        errors[one] = [abs(math.log(ours / ms)) for ours, (_, _, ms) in zip(expected, figures, strict=True)]
    best = min(errors, key=lambda one: sum(errors[one]))
    return Fit(
        efficiency=best,
        mean_error=math.exp(sum(errors[best]) / len(figures)),
        worst_error=math.exp(max(errors[best])),
    )


_COMPUTE_SHARES: Final = tuple(share / 100 for share in range(20, 100, 2))
_STARTS_US: Final = tuple(step / 2 for step in range(17))  # 0 to 8


def _tflops(work: Work, gpu: Gpu) -> float:
    return gpu.fp16_tflops if work.bytes_per_element == HALF else gpu.fp32_tflops


def _milliseconds(kernels: Sequence[tuple[int, int]], tflops: float, gpu: Gpu, efficiency: Efficiency) -> float:
    per_flop_ms = 1 / (efficiency.compute_share * tflops * 1e9)
    per_byte_ms = 1 / (efficiency.bandwidth_share * gpu.bandwidth_gb_s * 1e6)
    busy = sum(max(flops * per_flop_ms, moved * per_byte_ms) for flops, moved in kernels)
    return busy + len(kernels) * efficiency.start_us / 1_000
