"""Arrivals: as many as the rate says, in their phase, and the same again from the same seed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.errors import InputError
from perf.load_test.schedule import Schedule, due_s
from perf.load_test.shapes import SHAPES, Phase, soak, spike, step
from perf.load_test.stage_lines import moments


def test_each_phase_has_its_own_rate() -> None:
    due = np.array(due_s(step([50, 200], 40.0), seed=1))
    assert np.all(np.diff(due) >= 0)
    low, high = np.sum(due < 40), np.sum(due >= 40)
    assert low == pytest.approx(2_000, abs=4 * 2_000**0.5)
    assert high == pytest.approx(8_000, abs=4 * 8_000**0.5)
    assert due.max() < 80


def test_gaps_are_exponential() -> None:
    gaps = np.diff(due_s([Phase(name="steady", rate=100, seconds=200)], seed=2))
    assert gaps.std() / gaps.mean() == pytest.approx(1.0, abs=0.05)  # a regular schedule would have 0


def test_workers_send_different_requests_at_their_share() -> None:
    phases = [Phase(name="steady", rate=100, seconds=100)]
    workers = [due_s(phases, share=0.25, seed=seed) for seed in range(4)]
    assert sum(map(len, workers)) == pytest.approx(10_000, abs=400)
    assert len({tuple(one) for one in workers}) == 4
    assert due_s(phases, share=0.25, seed=3) == workers[3]


@given(st.lists(st.floats(0, 100), max_size=20))
def test_a_schedule_gives_every_request_once(due: list[float]) -> None:
    schedule = Schedule(due, start=1_000.0)
    given_out = [schedule.next() for _ in due]
    assert given_out == [(number, 1_000.0 + moment) for number, moment in enumerate(due)]
    assert schedule.next() is None


def test_shapes_have_the_phases_that_their_names_say() -> None:
    assert [(phase.name, phase.rate) for phase in spike([10, 50], 30)] == [("before", 10), ("spike", 50), ("after", 10)]
    assert {phase.rate for phase in soak([20], 6)} == {20}
    assert sum(phase.seconds for phase in soak([20], 6)) == 60


@pytest.mark.parametrize(
    ("shape", "rates"), [("steady", [1, 2]), ("step", [1]), ("spike", [1]), ("soak", []), ("steady", [0]), ("steady", [-1])]
)
def test_rates_that_do_not_fit_the_shape(shape: str, rates: list[float]) -> None:
    with pytest.raises(InputError, match="rate"):
        SHAPES[shape](rates, 10.0)


def test_the_server_is_read_every_second_and_at_the_edges_of_phases() -> None:
    assert list(moments(step([1, 2], 2.5))) == [0.0, 1.0, 2.0, 2.5, 3.5, 4.5, 5.0]
    assert list(itertools.islice(moments(()), 3)) == [0.0, 1.0, 2.0]  # a closed loop has no end
