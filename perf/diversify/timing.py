"""Timing one strategy and its peers at one shape, in turns.

Fairness: in each round every contender chooses from the same candidates, and each round another one begins, so that a slow
minute of the machine hits all alike. Rounds take turns with several sets of candidates. Vectors are read once before each call,
so that the caches are as warm after a peer that fills them as after one that does not.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from perf.agreement import Agreement, compare
from perf.diversify.candidates import Candidates
from perf.diversify.peers import Call

OURS: Final = "ours"
BOUND: Final = "k x GEMV"


@dataclass(frozen=True, slots=True)
class Timing:
    """What one contender took."""

    name: str
    median_ms: float
    """Wall time of one selection."""
    cpu_ms: float
    """Median processor time of the same selections; less than the wall time when the machine had other things to do."""
    repetitions: int
    agreement: Agreement | None = None
    """With ours, a peer's selections of the same candidates; None where the objective is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One strategy at one shape."""

    strategy: str
    num_candidates: int
    k: int
    dim: int
    ours: Timing
    bound: Timing
    """k products of the (N, D) matrix and a vector: what choosing costs that looks at every candidate in every step."""
    peers: Sequence[Timing] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Peer to why it was not timed."""

    def ratio(self, peer: str) -> float | None:
        """The peer's median time divided by ours; None when it was not timed."""
        for timing in self.peers:
            if timing.name == peer:
                return timing.median_ms / self.ours.median_ms
        return None


Prepare = Callable[[Candidates], Call]


def bound(candidates: Candidates, k: int) -> Call:
    """The lower bound of choosing without laziness, to be timed."""

    def call() -> Iterable[int]:
        for index in range(k):
            _ = candidates.vectors @ candidates.vectors[index % len(candidates)]
        return ()

    return call


class _Contender:
    def __init__(self, name: str, prepare: Prepare) -> None:
        self.name = name
        self._prepare = prepare
        self._calls: dict[int, Call] = {}
        self.wall_s: list[float] = []
        self._cpu_s: list[float] = []
        self.selections: list[list[str]] = []  # one a round, from the first round on

    def go(self, which: int, candidates: Candidates) -> None:
        """Chooses once from set number ``which``."""
        if which not in self._calls:
            self._calls[which] = self._prepare(candidates)
        call = self._calls[which]
        candidates.vectors.sum()  # in the cache for whoever comes first, too
        cpu, wall = time.process_time(), time.perf_counter()
        chosen = call()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        self.wall_s.append(wall)
        self._cpu_s.append(cpu)
        self.selections.append([str(int(index)) for index in chosen])

    def timing(self, agreement: Agreement | None = None) -> Timing:
        wall_ms, cpu_ms = (1e3 * statistics.median(times) for times in (self.wall_s, self._cpu_s))
        return Timing(self.name, wall_ms, cpu_ms, len(self.wall_s), agreement)


def in_turns(
    contenders: Mapping[str, Prepare],
    sets: Sequence[Candidates],
    *,
    repetitions: int,
    cap_s: float,
    not_compared: Collection[str] = (),
) -> dict[str, Timing]:
    """Times all ``contenders``, OURS among them, ``repetitions`` times or until one has taken ``cap_s`` seconds itself.

    Selections are compared with ours, but for those of ``not_compared``.
    """
    every = [_Contender(name, prepare) for name, prepare in contenders.items()]
    gc.collect()
    gc.disable()  # as timeit does
    try:
        for turn in range(repetitions):
            which = turn % len(sets)
            first = turn % len(every)
            for contender in every[first:] + every[:first]:
                if sum(contender.wall_s) < cap_s:
                    contender.go(which, sets[which])
    finally:
        gc.enable()
    chosen = next(contender.selections for contender in every if contender.name == OURS)
    timings = {}
    for contender in every:
        theirs = contender.selections
        both = min(len(theirs), len(chosen))
        compared = contender.name not in {OURS, BOUND, *not_compared}
        timings[contender.name] = contender.timing(compare(chosen[:both], theirs[:both]) if compared else None)
    return timings
