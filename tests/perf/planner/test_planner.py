"""The planner's arithmetic, curves from elsewhere, and what it tells."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest

from assortment.errors import InputError, StepError
from perf.planner.__main__ import main
from perf.planner.curve import Curve, Point
from perf.planner.fit import fit
from perf.planner.plan import Need, plan
from perf.planner.queueing import Simulated
from perf.planner.report import part
from perf.planner.result import PlannerResult
from perf.planner.service import Batching
from perf.planner.settings import PlannerSettings

ROOT = Path(__file__).parents[3]


def _point(rate: float, p99_ms: float, *, error_share: float = 0.0) -> Point:
    return Point(rate=rate, p50_ms=12.0, p95_ms=p99_ms / 2, p99_ms=p99_ms, error_share=error_share, batch_ms=10.0)


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


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": 0},
        {"rate": math.inf},
        {"headroom": -1},
        {"p99_ms": -5},
        {"failed": -3},
        {"error_share": 1},
        {"seconds": 0},
        {"arrivals": 0},
        {"shares": (0.5,)},
        {"cores": 2},
    ],
)
def test_settings_are_refused_before_anything_is_measured(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        PlannerSettings(**wrong)


def test_a_rate_of_nothing_is_not_ten_times_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--build", str(tmp_path), "--rate", "0"]) == 1
    assert "rate: 0.0 is not allowed; allowed: above 0" in capsys.readouterr().err
    assert not (tmp_path / "plan").exists()


def test_a_curve_is_read_from_a_load_test(tmp_path: Path) -> None:
    latency = {"p50_ms": 9, "p95_ms": 20, "p99_ms": None}
    phase: dict[str, Any] = {"rate_per_s": 20, "error_share": 0.0, "latency_ms": latency, "stages": []}
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
        fit(curve.points, Batching())


def test_a_plan_is_told_in_a_sentence() -> None:
    result = PlannerResult(settings=PlannerSettings(), curve=CURVE, plan=plan(Need(rate=200, p99_ms=100), CURVE))
    assert "8 replicas for 200 requests a second" in part(result).finding
    assert json.dumps(result.summary(), allow_nan=False)
    assert part(PlannerResult(settings=PlannerSettings(), incomplete="died")).finding == "No plan was made."


def test_a_curve_of_a_gpu_node_is_planned_without_a_simulation(tmp_path: Path) -> None:
    latency = {"p50_ms": 11.0, "p95_ms": 20.0, "p99_ms": 30.0}
    stages = [{"model": model, "mean_batch": 4.0, "compute_ms": 2.0} for model in ("text_encoder", "candidate_scorer")]
    phase: dict[str, Any] = {"rate_per_s": 300, "error_share": 0.0, "latency_ms": latency, "stages": stages}
    path = tmp_path / "curve.json"
    path.write_text(json.dumps({"shape": "step", "incomplete": "", "phases": [phase, {**phase, "rate_per_s": 600}]}))
    assert main(["--build", str(tmp_path), "--rate", "2000", "--curve", str(path)]) == 0  # with no repository here
    told = json.loads((tmp_path / "plan" / "summary.json").read_text())
    assert (told["incomplete"], told["plan"]["replicas"], told["simulation_holds"]) == ("", 6, None)
    assert "text_search: only the CPU variant" in told["not_simulated"]
    written = json.loads((tmp_path / "plan" / "part.json").read_text())
    assert any(note.startswith("Not simulated: the curve has no times of text_search") for note in written["notes"])
    assert "It was not simulated." in written["finding"]


def test_a_part_of_a_large_fleet_is_said_to_be_one() -> None:
    made = plan(Need(rate=8_000, p99_ms=100), CURVE)
    one = Simulated(p50_ms=9, p95_ms=20, p99_ms=40, error_share=0.0, batch_ms=5, replicas=50)
    told = part(PlannerResult(settings=PlannerSettings(), curve=CURVE, plan=made, usual=one, worst=one))
    assert made.replicas == 261
    assert "The simulation of 50 of them keeps the bounds" in told.finding
    assert told.tables[0].rows[0][-1].endswith("50 of 261")
    assert "Of a fleet this large, 50 replicas were simulated, at the same rate each." in told.notes


def test_seconds_mean_nothing_beside_a_curve(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--build", str(tmp_path), "--curve", "curve.json", "--seconds", "9"]) == 1
    assert capsys.readouterr().err.startswith("error: seconds: 9.0 is not allowed; allowed: only without --curve")
    assert not (tmp_path / "plan").exists()


def test_a_curve_from_elsewhere_is_planned_and_simulated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "generated" / "model_repository" / "text_search"
    model.mkdir(parents=True)
    shutil.copy(ROOT / "model_repository" / "text_search" / "config.pbtxt", model)
    stage = {"model": "text_search", "mean_batch": 1.0, "compute_ms": 9.0}
    latency = {"p50_ms": 11.0, "p95_ms": 20.0, "p99_ms": 30.0}
    phase: dict[str, Any] = {"rate_per_s": 30, "error_share": 0.0, "latency_ms": latency, "stages": [stage]}
    busy = {**phase, "rate_per_s": 150, "stages": [{**stage, "mean_batch": 2.0, "compute_ms": 12.0}]}
    path = tmp_path / "curve.json"
    path.write_text(json.dumps({"shape": "step", "incomplete": "", "phases": [phase, busy]}))
    quick = ["--build", str(tmp_path), "--quick", "--rate", "900", "--p99-ms", "200"]
    asked = [*quick, "--curve", str(path)]
    assert main(asked) == 0
    assert "9 replicas for 900 requests a second" in capsys.readouterr().out  # 1170 / 150 is 7.8
    summary = json.loads((tmp_path / "plan" / "summary.json").read_text())
    assert summary["simulation_holds"] is True
    assert [step["rate"] for step in summary["simulated"]] == [30, 150]
    assert (tmp_path / "plan" / "plan.svg").is_file()
    assert main([*quick, "--curve", str(tmp_path / "plan" / "summary.json")]) == 0  # its own curve again
    assert json.loads((tmp_path / "plan" / "summary.json").read_text())["plan"] == summary["plan"]
    assert main([*asked, "--p99-ms", "5"]) == 1
    assert "already at the lowest measured rate" in json.loads((tmp_path / "plan" / "part.json").read_text())["incomplete"]
    assert main(["--build", str(tmp_path), "--curve", str(tmp_path / "nowhere.json")]) == 1
    assert "curve" in capsys.readouterr().err
