"""Percentiles of measured times."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.latency import Latency


def test_seconds_in_milliseconds_out() -> None:
    latency = Latency.of([number / 1_000 for number in range(1, 102)])  # 1 ms to 101 ms
    assert latency.as_dict() == {"p50": 51.0, "p95": 96.0, "p99": 100.0, "requests": 101}


@given(st.lists(st.floats(min_value=1e-6, max_value=10.0), min_size=1, max_size=200))
def test_percentiles_are_ordered_and_within_the_times(times_s: list[float]) -> None:
    latency = Latency.of(times_s)
    slack = 1e-9
    assert min(times_s) * 1_000 - slack <= latency.p50 <= latency.p95 + slack
    assert latency.p95 - slack <= latency.p99 <= max(times_s) * 1_000 + slack


def test_no_requests_have_no_percentiles() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Latency.of([])
