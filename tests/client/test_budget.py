"""The retry budget and the deadline."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from assortment_client.budget import Budget
from assortment_client.deadline import Deadline


@given(ratio=st.floats(0, 1), burst=st.floats(0, 20), events=st.lists(st.sampled_from(["call", "retry"]), max_size=300))
def test_retries_are_at_most_a_share_of_calls_and_the_burst(ratio: float, burst: float, events: list[str]) -> None:
    budget, calls, retries = Budget(ratio=ratio, burst=burst), 0, 0
    for event in events:
        if event == "call":
            budget.earn()
            calls += 1
        else:
            retries += budget.spend()
        assert retries <= burst + ratio * calls + 1e-6


def test_threads_share_it() -> None:
    budget, spent, lock = Budget(ratio=0.5, burst=10), [], threading.Lock()

    def work() -> None:
        mine = 0
        for _ in range(1000):
            budget.earn()
            mine += budget.spend()
        with lock:
            spent.append(mine)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 10 <= sum(spent) <= 10 + 0.5 * 8000


@given(seconds=st.floats(0.001, 100), passed=st.floats(0, 200), attempts=st.integers(1, 5))
def test_shares_never_reach_beyond_the_deadline(seconds: float, passed: float, attempts: int) -> None:
    deadline = Deadline(seconds, now=50.0)
    now = 50.0 + passed
    assert deadline.left(now) >= 0
    for left in range(attempts, 0, -1):
        now += deadline.share(now, left)
    assert now <= max(deadline.at, 50.0 + passed) + 1e-6
