"""The fit finds the times behind a curve, and what it foretells of a step that it was not shown."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from assortment.errors import InputError
from perf.planner.curve import Point
from perf.planner.fit import fit, foretold
from perf.planner.queueing import simulate
from perf.planner.service import Batching, Service

TRUE = Service(batching=Batching(cores=1), fixed_ms=6, each_ms=3, way_ms=2, scatter=0.8)


def _step(rate: float) -> Point:
    one = simulate(TRUE, rate=rate, seed=1)
    return Point(
        rate=rate, p50_ms=one.p50_ms, p95_ms=one.p95_ms, p99_ms=one.p99_ms, error_share=one.error_share, batch_ms=one.batch_ms
    )


CURVE = [_step(rate) for rate in (20.0, 120.0, 200.0)]


def test_a_fit_finds_the_times_behind_a_curve() -> None:
    found = fit(CURVE, TRUE.batching, arrivals=1_000)
    for size in (1, 8):
        assert found.fixed_ms + found.each_ms * size == pytest.approx(TRUE.fixed_ms + TRUE.each_ms * size, rel=0.1)
    assert found.scatter == pytest.approx(TRUE.scatter, abs=0.15)


def test_a_step_is_foretold_by_the_others() -> None:
    strange = replace(CURVE[1], p50_ms=500.0, p95_ms=900.0, batch_ms=400.0)  # a step says nothing of itself
    points = [CURVE[0], strange, CURVE[2]]
    one = foretold(points, TRUE.batching, arrivals=200)[1]
    assert one.p50_ms == pytest.approx(CURVE[1].p50_ms, rel=0.4)


def test_a_fit_needs_the_stages_of_the_server() -> None:
    for points in ([], [replace(CURVE[0], batch_ms=0.0)]):
        with pytest.raises(InputError, match="stages"):
            fit(points, Batching())


def test_refusals_do_not_break_a_fit() -> None:
    over = replace(CURVE[2], p95_ms=math.inf, p99_ms=math.inf, error_share=0.1)
    assert fit([CURVE[0], over], TRUE.batching, arrivals=200).scatter > 0
