"""A short bench on the real server, as its command runs it, with the shop that the other rooms' tests share."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assortment.paths import BuildPaths
from perf.report.part import Part

pytestmark = [pytest.mark.slow, pytest.mark.triton]


@pytest.fixture(scope="module")
def summary(small_build: BuildPaths, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    build = tmp_path_factory.mktemp("bench")
    (build / "small").symlink_to(small_build.root, target_is_directory=True)
    command = [sys.executable, "-m", "perf.bench", "--catalogue", "small", "--build", str(build)]
    short = ["--latency-blocks", "1", "--latency-requests", "40", "--throughput-blocks", "1", "--throughput-requests", "192"]
    ended = subprocess.run([*command, *short], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert ended.returncode == 0, ended.stderr
    assert "One request at a time" in ended.stdout
    assert "Serving 640 products adds" in Part.read(build / "bench").finding
    found: dict[str, Any] = json.loads((build / "bench" / "summary.json").read_text())
    return found


def test_both_sides_gave_the_same_answers(summary: dict[str, Any]) -> None:
    assert summary["same_answers"]["one_by_one"]["identical_share"] == 1.0
    assert summary["same_answers"]["saturated"]["overlap"] > 0.5


def test_the_figures_fit_together(summary: dict[str, Any]) -> None:
    served, in_process = summary["latency_ms"]["served"], summary["latency_ms"]["in_process"]
    assert summary["overhead_ms"] == pytest.approx(served["p50"] - in_process["p50"], abs=0.01)
    assert summary["p50_ratio"] == pytest.approx(served["p50"] / in_process["p50"], abs=0.01)
    assert summary["throughput_ratio"] > 0
    assert summary["cores"] == 2


def test_what_reading_words_costs_is_told_beside_a_search(summary: dict[str, Any]) -> None:
    reading = summary["reading_words"]
    assert reading["cpu_ms"]["requests"] == summary["queries"]
    assert 0 < reading["cpu_ms"]["p50"] <= reading["cpu_ms"]["p95"]
    assert 0 < reading["share_of_a_search"] < 0.5
    assert 0 <= reading["understood_queries"] <= summary["queries"]


def test_the_stages_of_a_text_search_are_told(summary: dict[str, Any]) -> None:
    one_by_one = {stage["model"]: stage for stage in summary["stages"]["one_by_one"]}
    assert set(one_by_one) == {"search", "text_search"}
    assert one_by_one["text_search"]["compute_ms"] > 0
    assert {stage["model"]: stage for stage in summary["stages"]["saturated"]}["text_search"]["mean_batch"] > 1
    assert set(summary["text_search_shares"]) == {"prepare", "text_encoder", "fusion", "scorer", "diversifier"}
    assert sum(summary["text_search_shares"].values()) == pytest.approx(1.0, abs=0.001)
