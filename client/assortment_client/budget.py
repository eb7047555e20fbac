"""A retry budget: of all calls, only a share may be tried again.

Retries that follow failures one by one double the load of servers that fail because they have too much of it. A token bucket
(as gRPC's retry throttling, proposal A6, and Finagle's) bounds that: ``n`` calls lead to at most ``ratio * n + burst`` more.
"""

from __future__ import annotations

import threading


class Budget:
    """Shared by all threads of a client."""

    __slots__ = ("_burst", "_lock", "_ratio", "_tokens")

    def __init__(self, *, ratio: float, burst: float) -> None:
        """Full at first: ``burst`` tokens, which is also the most it keeps."""
        self._ratio, self._burst = ratio, burst
        self._tokens = burst
        self._lock = threading.Lock()

    def earn(self) -> None:
        """A call was made: ``ratio`` tokens more."""
        if self._tokens < self._burst:  # mostly full, and then there is nothing to count
            with self._lock:
                self._tokens = min(self._burst, self._tokens + self._ratio)

    def spend(self) -> bool:
        """Takes one token; False when there is none."""
        with self._lock:
            if self._tokens < 1.0:
                return False
            self._tokens -= 1.0
            return True
