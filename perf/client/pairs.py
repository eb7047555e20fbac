"""Our client and raw tritonclient in turns: each pair of blocks has the same queries, and each time the other one begins.

The machine's slow minutes then hit both alike. Figures of a pair are compared with each other only, and the median pair is told.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from assortment.errors import StepError
from perf.client.sides import Block, Side
from perf.latency import Latency


@dataclass(slots=True, kw_only=True)
class Pairs:
    """What came of all blocks."""

    ours: list[Block] = field(default_factory=list)
    raw: list[Block] = field(default_factory=list)

    @property
    def p50_ratio(self) -> float:
        """Median time of our calls over that of raw calls."""
        return self._median(lambda block: statistics.median(block.times_s))

    @property
    def throughput_ratio(self) -> float:
        """Calls a second of ours over those of raw."""
        return self._median(lambda block: len(block.times_s) / block.seconds)

    @property
    def cpu_ratio(self) -> float:
        """Processor time of this process for a call of ours over that for a raw call."""
        return self._median(lambda block: block.cpu_s)

    def _median(self, figure: Callable[[Block], float]) -> float:
        return statistics.median(figure(ours) / figure(raw) for ours, raw in zip(self.ours, self.raw, strict=True))

    def summary(self) -> dict[str, Any]:
        """For ``summary.json``; times in milliseconds."""
        return {
            "p50_ratio": round(self.p50_ratio, 4),
            "throughput_ratio": round(self.throughput_ratio, 4),
            "cpu_ratio": round(self.cpu_ratio, 4),
            "pairs": len(self.ours),
            "ours": _side(self.ours),
            "raw": _side(self.raw),
        }


def _side(blocks: Sequence[Block]) -> dict[str, Any]:
    calls = sum(len(block.times_s) for block in blocks)
    return {
        "ms": Latency.of([taken for block in blocks for taken in block.times_s]).as_dict(),
        "per_s": round(statistics.median(len(block.times_s) / block.seconds for block in blocks), 1),
        "cpu_ms": round(sum(block.cpu_s for block in blocks) / calls * 1e3, 4),
        "refused": sum(block.refused for block in blocks),
    }


def in_turns(ours: Side, raw: Side, blocks: Iterable[Sequence[str]], *, compare: bool) -> Pairs:
    """Runs every block on both sides; the first pair warms up and does not count.

    Args:
        ours: our client.
        raw: tritonclient.
        blocks: queries of each pair.
        compare: whether answers have to agree, as they do when batch mates cannot change them.

    Raises:
        StepError: when the answers differ, for then the two did not do the same work.
        ServerError: when the server fails a search.
    """
    pairs = Pairs()
    for number, block in enumerate(blocks):
        if number % 2:
            one, other = ours.run(block), raw.run(block)
        else:
            other, one = raw.run(block), ours.run(block)
        if compare and [list(ids) for ids in one.ids] != [list(ids) for ids in other.ids]:
            raise StepError("our client and tritonclient brought different answers to the same queries")
        if number:
            pairs.ours.append(one)
            pairs.raw.append(other)
    return pairs
