"""The simulation, against queues whose answer is known, and its callers."""

from __future__ import annotations

import dataclasses
import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from assortment.errors import InputError
from assortment_client import Retry
from perf.planner.callers import Callers
from perf.planner.queueing import simulate
from perf.planner.service import Batching, Service

ROOT = Path(__file__).parents[3]


def test_the_batching_is_that_of_the_configuration() -> None:
    assert Batching.read(ROOT / "model_repository") == Batching(instances=2, batch=8, wait_ms=80)
    with pytest.raises(InputError, match="cores"):
        Batching(cores=0)


def test_one_server_with_constant_times_is_as_pollaczek_and_khinchine_say() -> None:
    alone = Service(batching=Batching(instances=1, batch=1, wait_ms=math.inf), fixed_ms=10, each_ms=0, way_ms=0)
    found = simulate(alone, rate=50, arrivals=20_000)
    # M/D/1 at load 0.5: the queue is empty for half of the arrivals; the mean wait is 5 ms, and p99 a known 41 ms (Crommelin)
    assert found.p50_ms == pytest.approx(10, abs=1.5)
    assert found.p99_ms == pytest.approx(10 + 31, rel=0.12)
    assert found.error_share == 0


@pytest.mark.parametrize("scatter", [0.0, 1.0])
def test_instances_share_a_core_as_kleinrock_says(scatter: float) -> None:
    # M/G/1 with processor sharing: the mean time is work / (1 - load), however the work scatters
    many = Batching(instances=1_000, batch=1, cores=1)
    found = simulate(Service(batching=many, fixed_ms=0, each_ms=10, way_ms=0, scatter=scatter), rate=50)
    assert found.batch_ms == pytest.approx(20, rel=0.1)


def test_two_instances_on_a_core_carry_no_more_than_one() -> None:
    shared = Service(batching=Batching(instances=2, batch=1, cores=1), fixed_ms=10, each_ms=0, way_ms=0)
    one = dataclasses.replace(shared, batching=Batching(instances=1, batch=1))
    apart = dataclasses.replace(shared, batching=Batching(instances=2, batch=1, cores=2))
    refused = [simulate(service, rate=150, arrivals=4_000).error_share for service in (shared, one, apart)]
    assert refused[0] == pytest.approx(refused[1], abs=0.03)
    assert refused[0] == pytest.approx(1 / 3, abs=0.04)
    assert refused[2] == 0


def test_batches_carry_more_and_overload_is_refused() -> None:
    one = Service(batching=Batching(instances=2, batch=1), fixed_ms=8, each_ms=2, way_ms=1)
    eight = dataclasses.replace(one, batching=Batching(instances=2, batch=8))
    assert simulate(one, rate=300).error_share > 0.2
    assert simulate(eight, rate=300).error_share == 0
    assert math.isinf(simulate(eight, rate=1_000).p99_ms)  # full batches carry 2 * 8 / 24 ms, which is 667 a second


def test_more_replicas_answer_sooner() -> None:
    service = Service(batching=Batching(), fixed_ms=8, each_ms=2, way_ms=1, scatter=0.5)
    times = [simulate(service, rate=600, replicas=count, arrivals=4_000).p99_ms for count in (1, 2, 4)]
    assert times[0] > times[1] > times[2]
    assert simulate(service, rate=600, replicas=2, arrivals=1_000) == simulate(service, rate=600, replicas=2, arrivals=1_000)


BUSY = Service(batching=Batching(), fixed_ms=24, each_ms=4, way_ms=1, scatter=0.5)  # two full batches in 56 ms: 285 a second


def test_replicas_that_many_share_do_as_one_does() -> None:
    one = simulate(BUSY, rate=200, arrivals=28_000)
    many = simulate(BUSY, rate=14 * 200, replicas=14)
    turns = simulate(BUSY, rate=14 * 200, replicas=14, one_caller=True)
    assert many.p99_ms == pytest.approx(one.p99_ms, rel=0.05)
    assert many.p95_ms == pytest.approx(one.p95_ms, rel=0.03)
    assert turns.p95_ms < 0.95 * one.p95_ms  # even intervals spare queues


@pytest.mark.parametrize("replicas", [1, 30, 100])
def test_a_fleet_that_is_asked_too_much_is_told_so_whatever_its_size(replicas: int) -> None:
    found = simulate(BUSY, rate=300 * replicas, replicas=replicas)
    assert math.isinf(found.p99_ms)
    assert found.error_share == pytest.approx(0.05, abs=0.02)  # 300 of 285


def test_of_a_large_fleet_a_part_is_simulated_at_the_same_rate_each() -> None:
    whole, part = (simulate(BUSY, rate=200 * replicas, replicas=replicas) for replicas in (50, 5_000_000))
    assert (whole.replicas, part.replicas) == (50, 50)
    assert part.p99_ms == pytest.approx(whole.p99_ms)


def _callers(replicas: int) -> Callers:
    return Callers(np.random.default_rng(0), rate=10, replicas=replicas, count=200)


def test_a_refused_request_is_sent_once_more() -> None:
    now, place, number = (callers := _callers(1)).send()
    callers.refused(now, place, number)
    assert now <= callers.next_at <= now + 1e3 * Retry().base_s
    assert callers.send()[1:] == (0, number)
    before = callers.next_at
    callers.refused(now, place, number)
    assert callers.next_at == before
    now, place, number = (callers := _callers(2)).send()
    callers.refused(now, place, number)
    assert callers.send() == (now, 1 - place, number)


def test_replicas_are_drawn_by_lot_unless_one_caller_goes_round_them() -> None:
    def places(*, one: bool) -> list[int]:
        callers = Callers(np.random.default_rng(0), rate=10, replicas=4, count=2_000, one=one)
        return [callers.send()[1] for _ in range(2_000)]

    assert places(one=True) == [0, 1, 2, 3] * 500
    drawn = places(one=False)
    assert np.bincount(drawn) == pytest.approx([500] * 4, abs=80)
    followed = sum(later == (place + 1) % 4 for place, later in itertools.pairwise(drawn))
    assert followed == pytest.approx(500, abs=80)


def test_the_budget_bounds_what_is_sent_again() -> None:
    callers, sent = _callers(1), 0
    while callers.next_at < math.inf:
        callers.refused(*callers.send())
        sent += 1
    retry = Retry()
    assert sent == pytest.approx(200 * (1 + retry.budget_ratio) + retry.budget_burst, abs=2)
