"""What one run of perf_analyzer is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assortment.errors import InputError
from perf.of_catalogue import OfCatalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(OfCatalogue):
    """Catalogue, load and amounts of work."""

    endpoint: str = ""
    """host:port of a server's gRPC door that serves this catalogue with ``--open-statistics``; empty starts one."""
    concurrency: tuple[int, ...] = (1, 2, 4, 8)
    """Requests in flight, closed loop, one measurement each."""
    rate_shares: tuple[float, ...] = (0.25, 0.5, 0.75)
    """Poisson arrivals as shares of the best closed-loop throughput, one measurement each."""
    requests: int = 2_000
    """Requests behind each measurement of an ensemble: twenty beyond a p99."""
    stage_concurrency: tuple[int, ...] = (1, 4)
    """Requests in flight at a single step."""
    stage_requests: int = 500
    """Requests behind each measurement of a step."""
    queries: int = 100
    """Test queries that the input data is made of."""

    def __post_init__(self) -> None:
        """Checks the amounts.

        Raises:
            InputError: naming the field.
        """
        for field in ("requests", "stage_requests", "queries"):
            if getattr(self, field) < 1:
                raise InputError(field, getattr(self, field), "allowed: 1 and above")
        for field in ("concurrency", "stage_concurrency"):
            if not getattr(self, field) or min(getattr(self, field)) < 1:
                raise InputError(field, getattr(self, field), "allowed: one or more, each 1 and above")
        if any(not 0 < share <= 1 for share in self.rate_shares):
            raise InputError("rate_shares", self.rate_shares, "allowed: each above 0, up to 1; for overload use make overload")

    @classmethod
    def quick(cls, **given: Any) -> Settings:
        """Seconds instead of minutes: whether it runs, not what it tells."""
        loads = {"concurrency": (2,), "rate_shares": (0.5,), "stage_concurrency": (1,)}
        return cls(**{**loads, "requests": 40, "stage_requests": 20, "queries": 10, **given})
