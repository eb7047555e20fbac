"""Five times what two replicas can answer: the answers go on, and the client asks hardly more often than it is asked."""

from __future__ import annotations

import pytest

from perf.faults.overload import measure
from perf.faults.replicas import Replica
from perf.faults.table import FaultTable

pytestmark = [pytest.mark.slow, pytest.mark.triton]

QUERIES = [f"{colour} {thing}" for colour in ("red", "blue", "green", "") for thing in ("shoes", "shirt", "lamp", "jacket")]
LEAST_GOODPUT = 0.8
"""Of the peak, at five times capacity."""
MOST_ATTEMPTS = 1.2
MOST_FAILED = 0.02
"""Of the calls: where the machine has so much else to do that a server says nothing for long, breakers open."""


def test_goodput_and_attempts_at_five_times_capacity(replicas: list[Replica], table: FaultTable) -> None:
    found = measure(replicas, QUERIES, times=(1.0, 2.0, 5.0, 1.0, 2.0, 5.0), seconds=4.0, deadline_s=1.0)
    table.overload = found.summary()
    for run in found.runs:
        assert sum(run.arrivals.failed.values()) <= MOST_FAILED * run.arrivals.offered  # good, shed or late, nothing else
        assert run.attempts_per_call <= MOST_ATTEMPTS
    assert max(run.arrivals.goodput for run in found.at(5.0)) >= LEAST_GOODPUT * found.peak
