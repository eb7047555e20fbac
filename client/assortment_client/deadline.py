"""One deadline for a call, and each attempt's part of it."""

from __future__ import annotations


class Deadline:
    """A moment on the monotonic clock. Callers say what time it is."""

    __slots__ = ("at", "seconds")

    def __init__(self, seconds: float, *, now: float) -> None:
        self.seconds = seconds
        self.at = now + seconds

    def left(self, now: float) -> float:
        """Seconds until then; 0 when it has passed."""
        return max(0.0, self.at - now)

    def share(self, now: float, attempts_left: int) -> float:
        """Seconds for the next of ``attempts_left`` attempts, so that each later one has as much."""
        return self.left(now) / attempts_left
