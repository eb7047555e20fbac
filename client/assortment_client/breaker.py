"""A circuit breaker: whether one model at one endpoint is asked at all.

    closed ──failures──> open ──time──> half_open ──probe answered──> closed
                           ^───────────────┘ probe failed: open twice as long

Models fail apart from each other (each has processes of its own behind an endpoint), so each has its own breaker. Pure: the
caller says what time it is, and takes care that one thread at a time is in here.
"""

from __future__ import annotations

from collections import deque
from random import Random
from typing import Final

from assortment_client.options import Breaker

CLOSED: Final = "closed"
OPEN: Final = "open"
HALF_OPEN: Final = "half_open"
_SPREAD: Final = 0.2


class Circuit:
    """The state of one breaker.

    Only its probe's outcome counts while it is not closed: a stopping server still answers what it had begun, and those answers
    say nothing about new calls.
    """

    __slots__ = (
        "_failures_in_a_row",
        "_opened_at",
        "_opened_in_a_row",
        "_options",
        "_outcomes",
        "_random",
        "_until",
        "state",
        "why",
    )

    def __init__(self, options: Breaker, random: Random) -> None:
        self._options, self._random = options, random
        self.state = CLOSED
        self.why = ""
        """What it opened for."""
        self._failures_in_a_row = 0
        self._outcomes: deque[bool] = deque(maxlen=options.window)
        self._opened_in_a_row = 0
        self._opened_at = self._until = 0.0

    def due(self, now: float) -> bool:
        """Whether it is open and its time is over: somebody should probe."""
        return self.state == OPEN and now >= self._until

    def due_as_last_resort(self, now: float) -> bool:
        """The same where nobody else is left: it stays open for ``open_s`` at most then."""
        return self.state == OPEN and now >= min(self._until, self._opened_at + self._options.open_s)

    def seconds_until_last_resort(self, now: float) -> float:
        """How long until ``due_as_last_resort``."""
        return max(0.0, min(self._until, self._opened_at + self._options.open_s) - now)

    def probing(self) -> None:
        """One probe is under way; it ends in ``succeeded``, ``failed`` or ``probe_abandoned``."""
        assert self.state == OPEN
        self.state = HALF_OPEN

    def probe_abandoned(self) -> None:
        """The probe was cancelled and told nothing: the next one is due at once."""
        if self.state == HALF_OPEN:
            self.state = OPEN

    def succeeded(self, *, probe: bool) -> None:
        """An attempt was answered."""
        if probe and self.state == HALF_OPEN:
            self.state, self.why = CLOSED, ""
            self._opened_in_a_row = 0
            self._outcomes.clear()
        if self.state == CLOSED:
            self._failures_in_a_row = 0
            self._outcomes.append(True)

    def failed(self, now: float, why: str, *, probe: bool, at_once: bool) -> None:
        """An attempt failed in a way that speaks against the endpoint; ``at_once`` when it leaves no doubt."""
        if probe and self.state == HALF_OPEN:
            self._open(now, why)
        elif self.state == CLOSED:
            self._failures_in_a_row += 1
            self._outcomes.append(False)
            if at_once or self._failures_in_a_row >= self._options.failures or self._fails_often():
                self._open(now, why)

    def _fails_often(self) -> bool:
        recent, window = self._outcomes, self._options.window
        return len(recent) == window and recent.count(False) >= self._options.failure_rate * window

    def _open(self, now: float, why: str) -> None:
        self.state, self.why = OPEN, why
        seconds = min(self._options.max_open_s, self._options.open_s * 2.0 ** min(self._opened_in_a_row, 30))
        self._opened_in_a_row += 1
        self._opened_at = now
        self._until = now + seconds * self._random.uniform(1.0 - _SPREAD, 1.0 + _SPREAD)
        self._failures_in_a_row = 0
        self._outcomes.clear()
