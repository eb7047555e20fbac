"""When requests are due: a Poisson process through the phases of a shape, drawn before the first one is sent.

Each worker draws its own, at its share of the rate: the sum of independent Poisson processes is one of the sum of their rates.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from perf.load_test.shapes import Phase


def due_s(phases: Sequence[Phase], *, share: float = 1.0, seed: int = 0) -> list[float]:
    """Moments at which requests are due, ascending seconds from the start of the first phase.

    Args:
        phases: one after the other.
        share: of the rates, 0 to 1: what one of several workers sends.
        seed: another one for each worker.
    """
    drawn = np.random.default_rng(seed)
    moments: list[float] = []
    start = 0.0
    for phase in phases:
        count = drawn.poisson(phase.rate * share * phase.seconds)  # of which each is equally likely at every moment
        moments += (start + np.sort(drawn.uniform(0.0, phase.seconds, size=count))).tolist()
        start += phase.seconds
    return moments


class Schedule:
    """The requests that the users of one worker share: whoever is free takes the next.

    There are enough users when somebody is free whenever a request is due; where there are not, it is sent late, and its latency
    counts from when it was due all the same.
    """

    def __init__(self, due: Sequence[float], *, start: float) -> None:
        """``due`` as ``due_s`` gives it; ``start`` is the moment on the caller's clock that they count from."""
        self._due = iter(enumerate(due))
        self._start = start

    def next(self) -> tuple[int, float] | None:
        """Number of the next request, and when it is due on the caller's clock; None when there are no more."""
        number, due = next(self._due, (-1, 0.0))
        return None if number < 0 else (number, self._start + due)
