"""What one run of the bench is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assortment.contract import MAX_BATCH_SIZE
from assortment.errors import InputError
from perf.of_catalogue import OfCatalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchSettings(OfCatalogue):
    """Catalogue and amounts of work. Both sides get the same queries in the same order."""

    num_cores: int = 2
    """Cores that server, load generator and in-process workers share."""
    latency_blocks: int = 20
    """Pairs of blocks, one served and one in-process, with one request at a time."""
    latency_requests: int = 100
    """Requests in such a block."""
    throughput_blocks: int = 6
    """Pairs of blocks with both sides saturated."""
    throughput_requests: int = 960
    """Requests in such a block."""
    in_flight: int = 24
    """Requests that the load generator keeps at the server: two instances with a full batch each, and one batch waiting.
    Fewer on a slow machine, where so many would wait longer than the server's queue policy allows."""
    batch: int = MAX_BATCH_SIZE
    """Queries that an in-process worker takes at once."""

    def __post_init__(self) -> None:
        for field in ("num_cores", "latency_blocks", "latency_requests", "throughput_blocks", "throughput_requests", "in_flight"):
            if getattr(self, field) < 1:
                raise InputError(field, getattr(self, field), "allowed: 1 and above")
        if not 1 <= self.batch <= MAX_BATCH_SIZE:
            raise InputError("batch", self.batch, f"allowed: 1 to {MAX_BATCH_SIZE}, as at the server")

    @property
    def folder(self) -> Path:
        """Where ``summary.json`` goes."""
        return self.build / "bench"
