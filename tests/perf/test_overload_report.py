"""The overload run's figures, table and files, from runs made up here."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from assortment.errors import InputError
from perf import overload_report
from perf.open_loop import Arrivals
from perf.overload import OverloadSettings
from perf.overload_report import Overload
from perf.report.part import Part


def _arrivals(*, offered: int, good: int, shed: int) -> Arrivals:
    return Arrivals(
        seconds=2.0,
        offered=offered,
        good_s=[0.05 + 0.0001 * number for number in range(good)],
        shed=shed,
        late=offered - good - shed,
        failed={},
        behind_s=[0.001] * offered,
    )


@pytest.fixture
def overload() -> Overload:
    return Overload(
        catalogue="small",
        processor="a processor",
        deadline_s=0.2,
        capacity=[90.0, 100.0, 120.0],
        loads=[(0.5, _arrivals(offered=100, good=100, shed=0)), (5.0, _arrivals(offered=1_000, good=150, shed=800))],
    )


def test_goodput_is_a_share_of_the_median_capacity(overload: Overload) -> None:
    half, five = overload_report.summary(overload)["loads"]
    assert (half["good_per_s"], half["good_of_capacity"], half["shed"], half["late"]) == (50.0, 0.5, 0, 0)
    assert (five["offered_per_s"], five["good_of_capacity"], five["shed"], five["late"]) == (500.0, 0.75, 800, 50)
    assert half["good_ms"] == pytest.approx({"p50": 55.0, "p95": 59.4, "p99": 59.8, "p99.9": 59.9}, abs=0.11)


def test_a_load_without_a_good_answer_has_no_percentiles(overload: Overload, tmp_path: Path) -> None:
    drowned = Overload(
        catalogue="small",
        processor="a processor",
        deadline_s=0.2,
        capacity=[100.0],
        loads=[(5.0, _arrivals(offered=10, good=0, shed=3))],
    )
    overload_report.write(drowned, tmp_path)
    (row,) = json.loads((tmp_path / overload_report.SUMMARY).read_text())["loads"]
    assert row["good_ms"] == {"p50": None, "p95": None, "p99": None, "p99.9": None}


def test_table_and_files(overload: Overload, tmp_path: Path) -> None:
    told = io.StringIO()
    overload_report.show(overload, Console(file=told, width=120))
    assert "deadline 200 ms; capacity 100 answers/s" in told.getvalue()
    assert "80.0%" in told.getvalue()
    overload_report.write(overload, tmp_path)
    assert json.loads((tmp_path / overload_report.SUMMARY).read_text()) == overload_report.summary(overload)
    assert (tmp_path / overload_report.PLOT).stat().st_size > 5_000


def test_settings_that_measure_nothing_are_refused() -> None:
    with pytest.raises(InputError, match="seconds: 0 is not allowed; allowed: above 0"):
        OverloadSettings(seconds=0)
    with pytest.raises(InputError, match=r"times: \(\) is not allowed; allowed: one or more"):
        OverloadSettings(times=())


def test_what_was_measured_before_the_server_died_is_told(overload: Overload, tmp_path: Path) -> None:
    overload.incomplete = "the server died"
    overload.loads.pop()
    overload_report.write(overload, tmp_path)
    told = Part.read(tmp_path)
    assert told.incomplete == "the server died"
    assert told.finding == "Answers within 0.2 s as a share of capacity: 0.50 at 0.5 times."
    assert (tmp_path / told.pictures[0].file).is_file()
    nothing = Overload(catalogue="small", processor="a processor", deadline_s=0.2, incomplete="interrupted")
    overload_report.write(nothing, tmp_path)
    assert Part.read(tmp_path).finding.endswith("none measured.")
