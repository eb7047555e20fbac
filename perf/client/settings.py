"""What one run of the client bench is asked to do."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from assortment.errors import InputError
from perf.of_catalogue import OfCatalogue

OVERDUE_IN_FLIGHT: Final = 8
"""Overdue calls that are under way at once; each of the eight makes an equal share."""
_LEAST: Final = {"thread_calls": 2, "overdue_calls": OVERDUE_IN_FLIGHT}  # of one call no mixed-up answer could be seen


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientBenchSettings(OfCatalogue):
    """Catalogue and amounts of work."""

    latency_blocks: int = 40
    """Pairs of blocks, one of our client and one of raw tritonclient, with one request at a time."""
    latency_requests: int = 50
    """Requests in such a block."""
    throughput_blocks: int = 10
    """Pairs of blocks with ``in_flight`` requests at the server."""
    throughput_requests: int = 400
    """Requests in such a block."""
    in_flight: int = 8
    """Requests kept at the server: two instances with half a batch each, which its queue policy lets pass."""
    imports: int = 15
    """Fresh processes that import each of the packages compared."""
    threads: int = 64
    """Threads that share one client, against a server that replays answers."""
    thread_calls: int = 20_000
    """Calls of these threads altogether."""
    calls: int = 200_000
    """Calls of the memory run, of each of both clients."""
    deadline_ms: int = 50
    """Deadline of the calls to servers that do not answer."""
    overdue_calls: int = 3_000
    """Such calls, of each client to each server: p99.9 needs thousands."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least = _LEAST.get(field.name, 1)
            if isinstance(value, int) and value < least:
                raise InputError(field.name, value, f"allowed: {least} and above")

    @classmethod
    def quick(cls, **given: object) -> ClientBenchSettings:
        """A minute: every part, and figures too rough to quote."""
        small = {
            "latency_blocks": 6,
            "throughput_blocks": 3,
            "throughput_requests": 200,
            "imports": 3,
            "thread_calls": 2_000,
            "calls": 10_000,
            "overdue_calls": 300,
        }
        return cls(**{**small, **given})  # type: ignore[arg-type]

    @property
    def folder(self) -> Path:
        """Where the outputs go."""
        return self.build / "client_bench"
