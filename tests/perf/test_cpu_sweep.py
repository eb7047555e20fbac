"""The CPU sweep: which tunings it compares, what it gives the server, when one counts as better, and a short real run."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from google.protobuf import json_format
from tritonclient.grpc import model_config_pb2

from assortment.errors import InputError, StepError
from assortment.paths import BuildPaths
from perf.cpu_sweep import command, model_config, report
from perf.cpu_sweep.settings import Settings, Tuning
from perf.cpu_sweep.sweep import Cell, Sweep, percentiles_ms
from perf.report.part import Part

ROOT = Path(__file__).parents[2]
DEFAULT = Tuning(instances=2, threads=1, batch=8, delay_us=0)


def test_the_shipped_configuration_is_the_default() -> None:
    assert model_config.tuning(model_config.read(ROOT / "model_repository")) == DEFAULT


@pytest.mark.parametrize("wanted", [Tuning(3, 2, 4, 500), Tuning(1, 1, 16, 0)])
def test_the_server_is_given_the_tuning_and_all_the_rest_unchanged(wanted: Tuning) -> None:
    config = model_config.read(ROOT / "model_repository")
    given = json_format.Parse(model_config.tuned(config, wanted), model_config_pb2.ModelConfig())
    assert model_config.tuning(given) == wanted
    assert given.dynamic_batching.default_queue_policy == config.dynamic_batching.default_queue_policy
    assert json_format.Parse(model_config.tuned(config, DEFAULT), model_config_pb2.ModelConfig()) == config


def test_a_repository_without_the_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="assortment assemble"):
        model_config.read(tmp_path)


def test_tunings_differ_in_one_value_or_cross() -> None:
    settings = Settings(instances=(1, 2), threads=(1, 2), batches=(8,), delays_us=(0, 500))
    star = settings.tunings(DEFAULT)
    assert star[0] == DEFAULT
    assert star[1:] == [replace(DEFAULT, instances=1), replace(DEFAULT, threads=2), replace(DEFAULT, delay_us=500)]
    assert len(replace(settings, cross=True).tunings(DEFAULT)) == 8
    assert Settings.quick(cross=True, instances=(1,)).tunings(DEFAULT) == [DEFAULT, replace(DEFAULT, instances=1, batch=4)]


@pytest.mark.parametrize(("field", "value"), [("instances", 0), ("threads", 65), ("batch", 17), ("delay_us", -1)])
def test_a_tuning_names_the_wrong_field(field: str, value: int) -> None:
    with pytest.raises(InputError, match=field):
        replace(DEFAULT, **{field: value})


@pytest.mark.parametrize(("field", "value"), [("rounds", 0), ("rate_share", 1.0), ("seconds", 0.0)])
def test_settings_name_the_wrong_field(field: str, value: float) -> None:
    with pytest.raises(InputError, match=field):
        Settings(**{field: value})


@pytest.mark.parametrize(
    ("flag", "value", "told"),
    [("--batches", "99", "batch: 99"), ("--threads", "0", "threads: 0"), ("--delays-us", "-1", "delay_us: -1")],
)
def test_a_tuning_that_is_none_is_refused_before_anything_begins(
    flag: str, value: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for more in ([], ["--cross"], ["--quick"]):
        assert command.main(["--build", str(tmp_path), flag, "1", value, *more]) == 1
        assert capsys.readouterr().err.startswith(f"error: {told} is not allowed")
    assert list(tmp_path.iterdir()) == []


def _cell(tuning: Tuning, number: int, per_s: float, *, p95_ms: float = 20.0, refused: int = 0, good_share: float = 1.0) -> Cell:
    return Cell(
        tuning=tuning,
        round=number,
        alone_ms=8.0,
        per_s=per_s,
        refused=refused,
        open_p50_ms=10.0,
        open_p95_ms=p95_ms,
        good_share=good_share,
    )


FASTER, LATER, SHEDDING, UNSTEADY = (replace(DEFAULT, instances=count) for count in (3, 4, 5, 6))


@pytest.fixture
def sweep() -> Sweep:
    found = Sweep(settings=Settings(rounds=2), default=DEFAULT, rate=60.0)
    for number, base in ((0, 100.0), (1, 50.0)):  # the machine was slower in the second round
        found.cells += [
            _cell(DEFAULT, number, base),
            _cell(FASTER, number, base * 1.2),
            _cell(LATER, number, base * 1.5, p95_ms=40.0),
            _cell(SHEDDING, number, base * 1.5, refused=40),
            _cell(UNSTEADY, number, base * (1.6 if number else 0.9)),
        ]
    return found


def test_better_is_what_wins_every_round_without_waiting_or_refusing_more(sweep: Sweep) -> None:
    winner = report.best(sweep)
    assert winner is not None
    assert (winner.tuning, winner.throughput) == (FASTER, pytest.approx(1.2))
    assert "reaches 0.83 of it" in report.finding(sweep)


def test_a_tuning_that_loses_arrivals_is_not_better(sweep: Sweep) -> None:
    losing, nearly = (replace(DEFAULT, instances=count) for count in (7, 8))
    for number, base in ((0, 100.0), (1, 50.0)):
        sweep.cells.append(_cell(losing, number, base * 2, p95_ms=18.0, good_share=0.97))
        sweep.cells.append(_cell(nearly, number, base * 1.3, p95_ms=18.0, good_share=0.995))
    winner = report.best(sweep)
    assert winner is not None
    assert (winner.tuning, winner.less_good) == (nearly, pytest.approx(0.005))


def test_arrivals_without_an_answer_are_slower_than_all_others(sweep: Sweep, tmp_path: Path) -> None:
    good_s = [number / 1_000 for number in range(1, 101)]
    assert percentiles_ms(good_s, 100) == (pytest.approx(51), pytest.approx(96))
    assert percentiles_ms(good_s[:55], 100) == (pytest.approx(51), math.inf)
    assert percentiles_ms([], 3) == (math.inf, math.inf)
    losing = replace(DEFAULT, instances=7)
    sweep.cells += [_cell(losing, number, 200.0, p95_ms=math.inf, good_share=0.55) for number in (0, 1)]
    (lost,) = (verdict for verdict in report.verdicts(sweep) if verdict.tuning == losing)
    assert not lost.allowed
    report.write(sweep, tmp_path)
    told = json.loads((tmp_path / "summary.json").read_text(), parse_constant=pytest.fail)
    assert told["cells"][-1]["open_p95_ms"] is None
    both = Sweep(settings=Settings(), default=DEFAULT, cells=[_cell(one, 0, 9.0, p95_ms=math.inf) for one in (DEFAULT, losing)])
    assert both.ratios(losing, "open_p95_ms") == [1.0]


def test_no_winner_is_said_plainly(sweep: Sweep) -> None:
    sweep.cells = [cell for cell in sweep.cells if cell.tuning != FASTER]
    assert report.finding(sweep).startswith("No tuning beats the default")


def test_an_interrupted_sweep_is_written_and_marked(sweep: Sweep, tmp_path: Path) -> None:
    sweep.cells, sweep.incomplete = sweep.cells[:7], "interrupted"
    report.write(sweep, tmp_path)
    part = Part.read(tmp_path)
    assert part.incomplete == "interrupted"
    assert (tmp_path / part.pictures[0].file).is_file()
    assert len(json.loads((tmp_path / "summary.json").read_text())["cells"]) == 7


@pytest.mark.slow
@pytest.mark.triton
def test_a_short_sweep_on_the_real_server(small_build: BuildPaths, tmp_path: Path) -> None:
    (tmp_path / "small").symlink_to(small_build.root, target_is_directory=True)
    called = [sys.executable, "-m", "perf.cpu_sweep", "--quick", "--catalogue", "small", "--build", str(tmp_path)]
    ended = subprocess.run(called, capture_output=True, text=True, cwd=ROOT, check=False)
    assert ended.returncode == 0, ended.stderr
    told = json.loads((tmp_path / "cpu_sweep" / "summary.json").read_text())
    assert [cell["tuning"]["batch"] for cell in told["cells"]] == [8, 4]
    assert all(cell["per_s"] > 0 for cell in told["cells"])
    assert not told["incomplete"]
