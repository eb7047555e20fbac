"""The circuit breaker, with a clock that tests turn."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from assortment_client.breaker import CLOSED, HALF_OPEN, OPEN, Circuit
from assortment_client.options import Breaker

LONGEST_SPREAD = 1.2


def circuit(**options: float) -> Circuit:
    return Circuit(Breaker(**options), Random(0))


def opened(at: float = 0.0, **options: float) -> Circuit:
    one = circuit(**options)
    one.failed(at, "refused", probe=False, at_once=True)
    return one


def test_failures_in_a_row_open_it_and_a_success_between_starts_again() -> None:
    one = circuit(failures=3)
    for outcome in (False, False, True, False, False):
        one.succeeded(probe=False) if outcome else one.failed(0.0, "late", probe=False, at_once=False)
    assert one.state == CLOSED
    one.failed(0.0, "late", probe=False, at_once=False)
    assert (one.state, one.why) == (OPEN, "late")


def test_half_of_a_window_opens_it_too() -> None:
    one = circuit(failures=5, window=8, failure_rate=0.5)
    for number in range(7):
        one.succeeded(probe=False) if number % 2 else one.failed(0.0, "late", probe=False, at_once=False)
        assert one.state == CLOSED
    one.failed(0.0, "late", probe=False, at_once=False)
    assert one.state == OPEN


def test_it_waits_twice_as_long_after_each_failed_probe_up_to_a_limit_and_once_again_after_a_good_one() -> None:
    one, now, waits = opened(open_s=1.0, max_open_s=6.0), 0.0, []
    for _ in range(5):
        opened_at = now
        while not one.due(now):
            now += 0.01
        waits.append(now - opened_at)
        one.probing()
        one.failed(now, "refused", probe=True, at_once=True)
    for wait, expected in zip(waits, (1, 2, 4, 6, 6), strict=True):
        assert 0.8 * expected <= wait <= LONGEST_SPREAD * expected + 0.02
    one.probing()
    one.succeeded(probe=True)
    assert one.state == CLOSED
    one.failed(now, "refused", probe=False, at_once=True)
    assert one.due(now + LONGEST_SPREAD)


def test_as_a_last_resort_it_is_due_after_its_first_wait_however_often_it_failed() -> None:
    one, now = opened(open_s=1.0), 0.0
    for _ in range(4):
        now += 100.0
        one.probing()
        one.failed(now, "refused", probe=True, at_once=True)
    assert not one.due(now + 1.5)
    assert not one.due_as_last_resort(now + 0.79)
    assert one.due_as_last_resort(now + 1.0)
    assert one.seconds_until_last_resort(now) <= 1.0


@given(st.lists(st.sampled_from(["late success", "late failure"])))
def test_only_the_probe_counts_while_it_is_not_closed(outcomes: list[str]) -> None:
    one = opened(open_s=1.0)
    for outcome in outcomes:
        one.succeeded(probe=False) if outcome == "late success" else one.failed(0.5, "late", probe=False, at_once=True)
        assert one.state == OPEN
    assert one.due(LONGEST_SPREAD)
    one.probing()
    for outcome in outcomes:
        one.succeeded(probe=False) if outcome == "late success" else one.failed(5.0, "late", probe=False, at_once=True)
        assert one.state == HALF_OPEN


def test_a_probe_that_was_cancelled_is_due_again_at_once() -> None:
    one = opened()
    one.probing()
    assert not one.due(99.0)
    one.probe_abandoned()
    assert one.due(99.0)
