"""How fast encoders are beside each other: blocks of the same inputs, taken by one encoder after the other.

A block's ratio to float32 in the same round is what counts, and the median of them what is told: a slow minute of the machine
slows its whole round. One thread a call, as the server runs them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assortment.serving.onnx_session import OnnxSession
from perf.recipes.feeds import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Of one encoder on one kind of batch."""

    ms: float
    """Median of the blocks' mean time of a call."""
    ratio: float
    """Median of the blocks' ratios to float32; below 1 is faster."""
    quartiles: tuple[float, float]
    """Of the same ratios: how far to trust them."""


def measure(files: Mapping[str, Path], feeds: Sequence[Feed], *, blocks: int, against: str) -> dict[str, Speed]:
    """Times every file on the same feeds.

    Args:
        files: ONNX files by name.
        feeds: the calls of a block.
        blocks: how many; one more comes first and does not count.
        against: the file that ratios are to.
    """
    sessions = {name: OnnxSession(path) for name, path in files.items()}
    times: dict[str, list[float]] = {name: [] for name in files}
    for number in range(blocks + 1):
        for name, session in sessions.items():
            taken = _block(session, feeds)
            if number:
                times[name].append(taken)
    base = np.array(times[against])
    found: dict[str, Speed] = {}
    for name, taken_s in times.items():
        low, middle, high = np.percentile(np.array(taken_s) / base, [25, 50, 75])
        milliseconds = float(np.median(taken_s)) / len(feeds) * 1e3
        found[name] = Speed(ms=milliseconds, ratio=float(middle), quartiles=(float(low), float(high)))
    return found


def _block(session: OnnxSession, feeds: Sequence[Feed]) -> float:
    """Seconds."""
    start = time.perf_counter()
    for feed in feeds:
        session.run(feed)
    return time.perf_counter() - start
