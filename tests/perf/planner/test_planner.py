"""The planner's arithmetic, and its simulation against queues whose answer is known."""

from __future__ import annotations

import dataclasses
import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest

from assortment.errors import InputError, StepError
from perf.planner.__main__ import main
from perf.planner.curve import Curve, Point
from perf.planner.plan import Need, plan
from perf.planner.queueing import simulate
from perf.planner.report import part
from perf.planner.result import PlannerResult
from perf.planner.service import Batching, Service, fit
from perf.planner.settings import PlannerSettings

ROOT = Path(__file__).parents[3]


def _point(rate: float, p99_ms: float, *, error_share: float = 0.0, mean_batch: float = 1.0, batch_ms: float = 10.0) -> Point:
    return Point(rate=rate, p50_ms=12.0, p99_ms=p99_ms, error_share=error_share, mean_batch=mean_batch, batch_ms=batch_ms)


CURVE = Curve((_point(20, 30), _point(40, 50), _point(60, 150), _point(80, math.inf, error_share=0.2)))


def test_replicas_carry_head_room_when_one_has_failed() -> None:
    made = plan(Need(rate=200, p99_ms=100, headroom=0.25, failed=1), CURVE)
    assert made.carried.rate == 40
    assert made.replicas == 8  # 250 / 40 is 6.25, so seven, and one that may fail
    assert made.carrying == 7
    assert made.worst_rate / made.carrying <= 40
    assert made.usual_p99_ms == pytest.approx(30 + 5 / 20 * 20)
    assert made.worst_p99_ms <= 100


def test_more_is_never_fewer_replicas() -> None:
    replicas = [plan(Need(rate=rate, p99_ms=100), CURVE).replicas for rate in range(1, 500, 7)]
    assert replicas == sorted(replicas)
    assert replicas[0] == 2


def test_nothing_is_read_behind_a_step_that_missed() -> None:
    dip = Curve((_point(20, 30), _point(40, 500), _point(60, 30)))
    assert dip.meets_up_to(100, 0.01) == dip.points[0]
    assert math.isinf(CURVE.p99_ms(81))


def test_bounds_that_one_replica_never_meets() -> None:
    with pytest.raises(StepError, match="already at the lowest measured rate"):
        plan(Need(rate=10, p99_ms=5), CURVE)


@pytest.mark.parametrize("wrong", [{"rate": 0}, {"p99_ms": -1}, {"error_share": 1}, {"headroom": -0.1}, {"failed": -1}])
def test_needs_that_are_none(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        Need(**{"rate": 1.0, **wrong})  # type: ignore[arg-type]


def test_one_server_with_constant_times_is_as_pollaczek_and_khinchine_say() -> None:
    alone = Service(batching=Batching(instances=1, batch=1, wait_ms=math.inf), fixed_ms=10, each_ms=0, way_ms=0)
    found = simulate(alone, rate=50, arrivals=40_000)
    # M/D/1 at load 0.5: the queue is empty for half of the arrivals; the mean wait is 5 ms, and p99 a known 41 ms (Crommelin)
    assert found.p50_ms == pytest.approx(10, abs=1.5)
    assert found.p99_ms == pytest.approx(10 + 31, rel=0.12)
    assert found.error_share == 0


def test_batches_carry_more_and_overload_is_refused() -> None:
    one = Service(batching=Batching(instances=2, batch=1, wait_ms=80), fixed_ms=8, each_ms=2, way_ms=1)
    eight = dataclasses.replace(one, batching=Batching(instances=2, batch=8, wait_ms=80))
    assert eight.capacity == pytest.approx(2 * 8 / 24e-3)
    assert simulate(one, rate=300).error_share > 0.2
    assert simulate(eight, rate=300).error_share == 0
    assert math.isinf(simulate(eight, rate=1_000).p99_ms)


def test_more_replicas_answer_sooner() -> None:
    service = Service(batching=Batching(), fixed_ms=8, each_ms=2, way_ms=1, scatter=0.5)
    times = [simulate(service, rate=600, replicas=count).p99_ms for count in (1, 2, 4)]
    assert times[0] > times[1] > times[2]
    assert simulate(service, rate=600, replicas=2) == simulate(service, rate=600, replicas=2)


def test_a_fit_finds_the_times_behind_a_curve() -> None:
    true = Service(batching=Batching(), fixed_ms=6, each_ms=3, way_ms=2, scatter=0.4)
    points = []
    for rate, batch in ((20.0, 1.0), (200.0, 2.0), (300.0, 4.0)):
        one = simulate(true, rate=rate, seed=1)
        points.append(
            Point(rate=rate, p50_ms=one.p50_ms, p99_ms=one.p99_ms, error_share=0, mean_batch=batch, batch_ms=6 + 3 * batch)
        )
    found = fit(Curve(tuple(points)), Batching(), lambda service, rate: simulate(service, rate=rate).p99_ms)
    assert (found.fixed_ms, found.each_ms) == (pytest.approx(6), pytest.approx(3))
    assert found.scatter == pytest.approx(0.4, abs=0.1)
    assert simulate(found, rate=300).p99_ms == pytest.approx(points[2].p99_ms, rel=0.3)


def test_the_batching_is_that_of_the_configuration() -> None:
    assert Batching.read(ROOT / "model_repository") == Batching(instances=2, batch=8, wait_ms=80)


def test_a_curve_is_read_from_a_load_test(tmp_path: Path) -> None:
    phase: dict[str, Any] = {"rate_per_s": 20, "error_share": 0.0, "latency_ms": {"p50_ms": 9, "p99_ms": None}, "stages": []}
    summary = {"shape": "step", "incomplete": "", "phases": [{**phase, "rate_per_s": 40}, phase]}
    path = tmp_path / "summary.json"
    path.write_text(json.dumps(summary))
    curve = Curve.read(path)
    assert [point.rate for point in curve.points] == [20, 40]
    assert math.isinf(curve.points[0].p99_ms)
    for broken in ({"shape": "spike"}, {"incomplete": "died"}, {"phases": [phase]}, {"phases": None}):
        path.write_text(json.dumps({**summary, **broken}))
        with pytest.raises(InputError, match="curve"):
            Curve.read(path)
    with pytest.raises(InputError, match="stages"):
        fit(curve, Batching(), lambda service, rate: 0.0)


def test_a_plan_is_told_in_a_sentence() -> None:
    result = PlannerResult(settings=PlannerSettings(), curve=CURVE, plan=plan(Need(rate=200, p99_ms=100), CURVE))
    assert "8 replicas for 200 requests a second" in part(result).finding
    assert json.dumps(result.summary(), allow_nan=False)
    assert part(PlannerResult(settings=PlannerSettings(), incomplete="died")).finding == "No plan was made."


def test_a_curve_from_elsewhere_is_planned_and_simulated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "generated" / "model_repository" / "text_search"
    model.mkdir(parents=True)
    shutil.copy(ROOT / "model_repository" / "text_search" / "config.pbtxt", model)
    stage = {"model": "text_search", "mean_batch": 1.0, "compute_ms": 9.0}
    latency = {"p50_ms": 11.0, "p99_ms": 30.0}
    phase: dict[str, Any] = {"rate_per_s": 30, "error_share": 0.0, "latency_ms": latency, "stages": [stage]}
    busy = {**phase, "rate_per_s": 150, "stages": [{**stage, "mean_batch": 2.0, "compute_ms": 12.0}]}
    path = tmp_path / "curve.json"
    path.write_text(json.dumps({"shape": "step", "incomplete": "", "phases": [phase, busy]}))
    asked = ["--build", str(tmp_path), "--curve", str(path), "--rate", "900"]
    assert main(asked) == 0
    assert "9 replicas for 900 requests a second" in capsys.readouterr().out  # 1170 / 150 is 7.8
    summary = json.loads((tmp_path / "plan" / "summary.json").read_text())
    assert summary["simulation_holds"] is True
    assert summary["service"]["fixed_ms"] == pytest.approx(6)
    assert (tmp_path / "plan" / "plan.svg").is_file()
    assert main([*asked, "--p99-ms", "5"]) == 1
    assert "already at the lowest measured rate" in json.loads((tmp_path / "plan" / "part.json").read_text())["incomplete"]
    assert main(["--build", str(tmp_path), "--curve", str(tmp_path / "nowhere.json")]) == 1
    assert "curve" in capsys.readouterr().err
