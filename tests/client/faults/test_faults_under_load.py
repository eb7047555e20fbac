"""Faults of one of two replicas, while both clients send searches at a steady rate: nobody gets an error who need not.

A call that both replicas are too busy for (``Overloaded``) is no fault's doing on a machine with other work to do; it is counted,
and there may be few of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from perf.faults.replicas import Replica
from perf.faults.steady import FACES, Outcome, SteadyLoad
from perf.faults.table import FaultTable, failed, shed

pytestmark = [pytest.mark.slow, pytest.mark.triton]

QUERIES = [f"{colour} {thing}" for colour in ("red", "blue", "green", "") for thing in ("shoes", "shirt", "lamp", "jacket")]
QUIET_S = 3.0
FAULT_S = 6.0
BACK_S = 60.0
"""Patience until a replica that came back is asked again; breakers stay open longer the longer it was away."""
LATE_S = 2.0
"""How much later than its deadline a call may end on a machine with other work to do."""
MOST_SHED = 0.1


def judge(calls: Sequence[Outcome], deadline_s: float) -> None:
    """No call failed, none was late, and hardly any was shed."""
    assert {one.face for one in calls} == set(FACES)
    told = "\n".join(
        f"{one.face}, {one.seconds:.2f} s: {one.error!r} {one.error and one.error.attempts}" for one in failed(calls)
    )
    assert not told, told
    assert max(one.seconds for one in calls) < deadline_s + LATE_S
    assert sum(map(shed, calls)) <= MOST_SHED * len(calls)


@pytest.fixture
def load(replicas: list[Replica]) -> SteadyLoad:
    return SteadyLoad([replica.address for replica in replicas], QUERIES)


def comes_back(load: SteadyLoad, table: FaultTable, fault: str, replica: Replica, before: Sequence[Outcome]) -> None:
    """The same clients ask a replica that was away again, by themselves."""
    with load.window(QUIET_S) as back:
        replica.start()
        assert load.wait_for_answer_from(replica.address, BACK_S)
    table.add(f"{fault}, restarted", before, back.calls)
    judge(load.outcomes, load.deadline_s)


def test_a_killed_replica_and_its_restart(replicas: list[Replica], load: SteadyLoad, table: FaultTable) -> None:
    with load:
        with load.window(QUIET_S) as quiet:
            pass
        with load.window(FAULT_S) as hit:
            replicas[0].kill()
        table.add("SIGKILL", quiet.calls, hit.calls)
        replicas[0].wait_until_gone()
        comes_back(load, table, "SIGKILL", replicas[0], quiet.calls)
    judge(load.outcomes, load.deadline_s)
    assert {one.endpoint for one in quiet.calls if not one.error} == {replica.address for replica in replicas}


def test_a_drained_replica_and_its_restart(replicas: list[Replica], load: SteadyLoad, table: FaultTable) -> None:
    with load:
        with load.window(QUIET_S) as quiet:
            pass
        with load.window(FAULT_S) as hit:
            replicas[1].drain()
        table.add("SIGTERM, drains", quiet.calls, hit.calls)
        replicas[1].wait_until_gone()
        comes_back(load, table, "SIGTERM", replicas[1], quiet.calls)
    judge(load.outcomes, load.deadline_s)


def test_a_replica_that_lost_a_python_process(replicas: list[Replica], load: SteadyLoad, table: FaultTable) -> None:
    """Triton calls itself ready, and every other search there takes a second and fails."""
    with load:
        with load.window(QUIET_S) as quiet:
            pass
        with load.window(FAULT_S) as hit:
            replicas[0].kill_backend("text_search")
    table.add("one Python process killed", quiet.calls, hit.calls)
    judge(load.outcomes, load.deadline_s)


def test_a_frozen_replica_that_thaws(replicas: list[Replica], load: SteadyLoad, table: FaultTable) -> None:
    with load:
        with load.window(QUIET_S) as quiet:
            pass
        with replicas[0].frozen(), load.window(FAULT_S) as hit:
            pass
        with load.window(QUIET_S) as back:
            if not replicas[0].is_up:  # Triton 2.51 sometimes ends itself when it wakes: boost::interprocess::lock_exception
                replicas[0].start()
            assert load.wait_for_answer_from(replicas[0].address, BACK_S)
    table.add("frozen", quiet.calls, hit.calls)
    table.add("frozen, thaws", quiet.calls, back.calls)
    judge(load.outcomes, load.deadline_s)
