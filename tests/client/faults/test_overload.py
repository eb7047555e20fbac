"""Five times what two replicas can answer: the answers go on, and the client asks hardly more often than it is asked."""

from __future__ import annotations

import numpy as np
import pytest

from perf.faults.overload import measure
from perf.faults.replicas import Replica
from perf.faults.table import FaultTable

pytestmark = [pytest.mark.slow, pytest.mark.triton, pytest.mark.alone]

# As many words as the encoder reads: five times what the servers can answer is little then for the client, which has one core.
COLOURS = ("red", "blue", "green", "black", "white", "yellow", "orange", "purple")
QUERIES = [f"{colour} running shoes for men and women, summer or winter, " * 4 for colour in COLOURS]
DEADLINE_S = 1.0
LEAST_GOODPUT = 0.8
"""Of the peak, at five times capacity."""
MOST_ATTEMPTS = 1.2
MOST_FAILED = 0.02
"""Of the calls: where the machine has so much else to do that a server says nothing for long, breakers open."""
MOST_BEHIND_S = 0.25
"""How late calls may be made, at p99, before the figures tell about this machine and not about the client."""


def test_goodput_and_attempts_at_five_times_capacity(replicas: list[Replica], table: FaultTable) -> None:
    found = measure(replicas, QUERIES, times=(1.0, 2.0, 5.0, 1.0, 2.0, 5.0), seconds=4.0, deadline_s=DEADLINE_S)
    table.overload = found.summary()
    for run in found.runs:
        assert run.attempts_per_call <= MOST_ATTEMPTS
        assert sum(run.arrivals.failed.values()) <= MOST_FAILED * run.arrivals.offered  # good, shed or late, nothing else
    if min(np.percentile(run.arrivals.behind_s, 99) for run in found.at(5.0)) > MOST_BEHIND_S:
        pytest.skip(f"this machine has too much else to do to make calls in time: {found.summary()}")
    assert max(run.arrivals.goodput for run in found.at(5.0)) >= LEAST_GOODPUT * found.peak
