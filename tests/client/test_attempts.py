"""The attempts of one call: what follows what, at whose cost, within which time."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment_client import errors
from assortment_client.attempts import Attempt, Attempts, Pause
from assortment_client.budget import Budget
from assortment_client.deadline import Deadline
from assortment_client.errors import SearchError
from assortment_client.options import Breaker, Retry
from assortment_client.pool import Pool

DENIED = errors.AccessDenied("token expired").located(endpoint="", model="", request_id="", code="UNAUTHENTICATED")
FAILURES = {
    "refused": lambda: errors.Unavailable("refused", reason="refused"),
    "stopping": lambda: errors.ModelNotReady("stopping"),
    "dead": lambda: errors.Unavailable("dead", reason="dead_process"),
    "changing": lambda: errors.Unavailable("changing", reason="catalogue_changing"),
    "reset": lambda: errors.Unavailable("reset"),
    "late": lambda: errors.DeadlineExceeded("late"),
    "busy": lambda: errors.Overloaded("busy"),
    "broken": lambda: errors.ServerFailed("broken"),
    "wrong": lambda: errors.InvalidRequest("wrong"),
    "denied": lambda: errors.AccessDenied("denied"),
    "unreadable": lambda: errors.BadResponse("unreadable"),
}
AT_ONCE = ["refused", "stopping", "dead", "changing", "reset", "late"]
NEVER = ["broken", "wrong", "denied", "unreadable"]


class Calls:
    """Makes calls on a pool, with a clock that it turns."""

    def __init__(self, addresses: str, *, retry: Retry | None = None, breaker: Breaker | None = None) -> None:
        self.retry = retry or Retry()
        self.pool: Pool[str] = Pool(
            balance="round_robin", breaker=breaker or Breaker(), open_channel=str, changed=lambda e, s: None, random=Random(0)
        )
        self.pool.replace(addresses)
        self.budget = Budget(ratio=self.retry.budget_ratio, burst=self.retry.budget_burst)
        self.now = 100.0

    def begin(self, seconds: float = 2.0, *, rotating_token: bool = False) -> Attempts[str]:
        self.budget.earn()
        return Attempts(
            self.pool,
            model="search",
            deadline=Deadline(seconds, now=self.now),
            retry=self.retry,
            budget=self.budget,
            rotating_token=rotating_token,
            random=Random(1),
        )

    def drive(self, attempts: Attempts[str], outcome) -> list[Attempt[str]]:
        """Until the call ends; ``outcome(attempt)`` is None or an error."""
        made: list[Attempt[str]] = []
        step: Attempt[str] | Pause | None = attempts.first(self.now)
        while step is not None:
            if isinstance(step, Pause):
                self.now += step.seconds
                step = attempts.resume(self.now)
                continue
            made.append(step)
            error = outcome(step)
            self.now += step.seconds if isinstance(error, errors.DeadlineExceeded) else 0.001
            if error is None:
                attempts.succeeded(step, self.now)
                return made
            step = attempts.failed(step, error, self.now)
        return made

    def kinds(self, attempts: Attempts[str], *failures: str) -> list[str]:
        """The kinds of attempts when they meet these failures in turn, and then an answer."""
        left = list(failures)
        return [a.kind for a in self.drive(attempts, lambda attempt: FAILURES[left.pop(0)]() if left else None)]


@pytest.mark.parametrize("failure", AT_ONCE)
def test_another_endpoint_is_asked_at_once_and_free_when_it_is_well(failure: str) -> None:
    calls = Calls("ab", retry=Retry(budget_burst=0, budget_ratio=0))
    attempts = calls.begin()
    made = calls.drive(attempts, lambda attempt: FAILURES[failure]() if attempt.number == 1 else None)
    assert [attempt.kind for attempt in made] == ["first", "failover"]
    assert len({attempt.endpoint.address for attempt in made}) == 2


@pytest.mark.parametrize("failure", NEVER)
def test_what_another_attempt_cannot_help_is_not_tried_again(failure: str) -> None:
    calls = Calls("ab")
    assert calls.kinds(calls.begin(), failure) == ["first"]


def test_overload_is_tried_elsewhere_once_out_of_the_budget() -> None:
    calls = Calls("abc", retry=Retry(attempts=5))
    assert calls.kinds(calls.begin(), *["busy"] * 9) == ["first", "failover"]
    without_budget = Calls("ab", retry=Retry(budget_burst=0))
    assert without_budget.kinds(without_budget.begin(), "busy") == ["first"]


def test_an_overloaded_replica_whose_twin_is_away_is_told_as_overload() -> None:
    calls = Calls("ab")
    gone = {"b": "refused"}
    for _ in range(2):  # opens the breaker of b
        calls.drive(calls.begin(), lambda attempt: FAILURES["refused"]() if attempt.endpoint.address in gone else None)
    calls.now += 60.0  # its time is over, so it may be tried as a last resort
    attempts = calls.begin()
    made = calls.drive(attempts, lambda attempt: FAILURES[gone.get(attempt.endpoint.address, "busy")]())
    assert {attempt.endpoint.address for attempt in made} == {"a"}
    assert isinstance(attempts.error(), errors.Overloaded)


def test_a_refused_connection_after_overload_does_not_hide_it() -> None:
    calls = Calls("ab")
    attempts = calls.begin()
    made = calls.drive(attempts, lambda attempt: FAILURES["busy" if attempt.number == 1 else "refused"]())
    assert len(made) == 2
    error = attempts.error()
    assert isinstance(error, errors.Overloaded)
    assert [met.error for met in error.attempts] == ["Overloaded", "Unavailable"]


def test_late_endpoints_cost_the_budget_when_the_other_is_not_well_either() -> None:
    calls = Calls("ab", retry=Retry(budget_burst=0, budget_ratio=0))
    for endpoint in calls.pool.endpoints:
        endpoint.success_rate = 0.5
    assert calls.kinds(calls.begin(), "late") == ["first"]
    assert calls.kinds(calls.begin(), "refused") == ["first", "failover"]  # that did no work


def test_the_only_endpoint_is_tried_again_after_a_wait_out_of_the_budget() -> None:
    for failure in ("reset", "busy", "changing", "refused"):
        calls = Calls("a")
        before = calls.now
        assert calls.kinds(calls.begin(), failure) == ["first", "retry"]
        assert calls.now - before < 0.02 + 0.01
        without_budget = Calls("a", retry=Retry(budget_burst=0))
        assert without_budget.kinds(without_budget.begin(), failure) == ["first"]


def test_no_call_fails_that_has_another_replica_and_time_left() -> None:
    for down in ("refused", "stopping", "dead", "changing"):
        calls = Calls("abcde", retry=Retry(attempts=2, budget_burst=0, budget_ratio=0))
        for _ in range(20):
            attempts = calls.begin()
            made = calls.drive(attempts, lambda attempt, down=down: None if attempt.endpoint.address == "e" else FAILURES[down]())
            assert made[-1].endpoint.address == "e"


def test_a_frozen_replica_costs_half_the_time_until_its_breaker_opens() -> None:
    calls = Calls("ab", retry=Retry(budget_burst=0, budget_ratio=0))
    late = []
    for _ in range(40):
        made = calls.drive(calls.begin(1.0), lambda attempt: FAILURES["late"]() if attempt.endpoint.address == "a" else None)
        assert made[-1].endpoint.address == "b"
        late.append(len(made) - 1)
        assert made[0].seconds == pytest.approx(0.5)
        calls.now += 0.01
        if calls.pool.endpoints[0].state == "open":
            break
    assert sum(late) == 5


def test_answers_that_come_too_late_for_a_short_deadline_open_no_breaker() -> None:
    """Overload would become an outage: a loaded server answers in bursts, between which whole deadlines fit."""
    calls = Calls("a")
    for number in range(200):
        calls.drive(calls.begin(0.1), lambda attempt, number=number: FAILURES["late"]() if number % 4 else None)
    assert calls.pool.endpoints[0].state == "closed"


def test_a_replica_that_says_nothing_at_all_opens_its_breaker_with_short_deadlines_too() -> None:
    calls = Calls("ab")
    calls.drive(calls.begin(0.2), lambda attempt: None)
    for _ in range(20):
        calls.drive(calls.begin(0.2), lambda attempt: FAILURES["late"]() if attempt.endpoint.address == "a" else None)
        calls.now += 0.05
    assert [endpoint.state for endpoint in calls.pool.endpoints] == ["open", "closed"]


def test_a_replica_that_refused_for_overload_is_given_all_of_a_short_deadline_for_a_while() -> None:
    calls = Calls("ab", retry=Retry(budget_burst=0, budget_ratio=0))
    for _ in range(2):
        assert calls.kinds(calls.begin(0.4), "busy") == ["first"]
    assert calls.drive(calls.begin(0.4), lambda attempt: None)[0].seconds == pytest.approx(0.4)
    assert calls.drive(calls.begin(1.0), lambda attempt: None)[0].seconds == pytest.approx(0.5)  # it may be frozen now
    calls.now += 2.0
    assert calls.drive(calls.begin(0.4), lambda attempt: None)[0].seconds == pytest.approx(0.2)


def test_five_times_the_capacity_is_not_asked_for_much_more() -> None:
    calls, random, num_attempts, num_calls = Calls("ab"), Random(7), 0, 2000
    for _ in range(num_calls):
        made = calls.drive(
            calls.begin(0.2),
            lambda attempt: None if random.random() < 0.2 else FAILURES[random.choice(["busy", "busy", "late"])](),
        )
        num_attempts += len(made)
    assert num_attempts <= 1.2 * num_calls


def test_a_refused_token_is_asked_for_once_more_and_only_of_a_provider() -> None:
    for rotating, kinds in ((True, ["first", "retry"]), (False, ["first"])):
        calls = Calls("ab")
        made = calls.drive(calls.begin(rotating_token=rotating), lambda attempt: DENIED)
        assert [attempt.kind for attempt in made] == kinds
        assert len({attempt.endpoint for attempt in made}) == 1


def test_open_breakers_fail_fast_and_one_call_probes_when_it_is_time() -> None:
    calls = Calls("a", breaker=Breaker(failures=1, open_s=1.0))
    calls.kinds(calls.begin(), "reset")
    attempts = calls.begin()
    assert attempts.first(calls.now) is None
    told = attempts.error()
    assert isinstance(told, errors.Unavailable)
    assert told.reason == "breaker_open"
    assert "nothing was sent: a failed (Unavailable: reset); the next try is in" in told.message
    calls.now += 1.3
    probing = calls.begin()
    probe = probing.first(calls.now)
    assert probe.choice.is_probe
    assert calls.begin().first(calls.now) is None  # one at a time
    probing.succeeded(probe, calls.now)
    assert calls.begin().first(calls.now) is not None


def test_a_hedge_goes_elsewhere_and_spends_the_budget() -> None:
    calls = Calls("ab", retry=Retry(budget_burst=1, budget_ratio=0))
    attempts = calls.begin()
    first, second = attempts.first(calls.now), attempts.hedge(calls.now)
    assert second.kind == "hedge"
    assert second.endpoint is not first.endpoint
    assert attempts.failed(first, FAILURES["reset"](), calls.now, another_runs=True) is None
    attempts.succeeded(second, calls.now)
    other = calls.begin()
    other.first(calls.now)
    assert other.hedge(calls.now) is None
    assert sum(endpoint.in_flight for endpoint in calls.pool.endpoints) == 1


@given(
    addresses=st.sampled_from(["a", "ab", "abc"]),
    num_attempts=st.integers(1, 4),
    seconds=st.floats(0.005, 3),
    script=st.lists(st.lists(st.sampled_from([*FAILURES, "answered"]), max_size=8), max_size=25),
)
def test_whatever_happens(addresses: str, num_attempts: int, seconds: float, script: list[list[str]]) -> None:
    calls = Calls(addresses, retry=Retry(attempts=num_attempts, budget_burst=3))
    for failures in script:
        attempts, left, began = calls.begin(seconds), list(failures), calls.now

        def outcome(attempt: Attempt[str], left: list[str] = left) -> SearchError | None:
            met = left.pop(0) if left else "answered"
            return None if met == "answered" else FAILURES[met]()

        made = calls.drive(attempts, outcome)
        assert sum(endpoint.in_flight for endpoint in calls.pool.endpoints) == 0
        assert calls.now - began <= seconds + 0.001 * len(made) + 1e-6
        assert len(made) <= num_attempts + len(addresses)
        assert [attempt.number for attempt in made] == list(range(1, len(made) + 1))
        assert all(attempt.seconds > 0 for attempt in made)
        if num_attempts == 1:
            assert len(made) <= 1
        if not made or (len(failures) >= len(made) and failures[len(made) - 1] != "answered"):
            assert len(attempts.error().attempts) == len(made)
