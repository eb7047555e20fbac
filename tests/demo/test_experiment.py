"""The demo's second half on the real server, with the shop that the other rooms' tests share."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from assortment_client import SearchClient
from demo import experiment, pipeline, report, summary, terminal
from demo.settings import DemoSettings
from demo.steps import Clock

pytestmark = [pytest.mark.slow, pytest.mark.triton]


@pytest.fixture(scope="module")
def settings(served: Any, tmp_path_factory: pytest.TempPathFactory) -> DemoSettings:
    build = tmp_path_factory.mktemp("demo")
    (build / "generated").symlink_to(served.paths.root, target_is_directory=True)
    return DemoSettings(build=build, requests=40, sweep=(0.0, 1.0))


@pytest.fixture(scope="module")
def found(served: Any, settings: DemoSettings) -> experiment.Found:
    with SearchClient(served.url) as client:
        return experiment.run(settings, client, Clock(Console(file=io.StringIO())))


def test_the_summary_tells_of_the_real_server(found: experiment.Found, settings: DemoSettings) -> None:
    told = summary.build(settings, found.measured)
    assert told["server"] == {"name": "triton", "version": "2.51.0"}
    assert told["latency_ms"]["requests"] == 40
    assert 0 < told["latency_ms"]["p50"] <= told["latency_ms"]["p99"]
    for arm in summary.ARMS:
        assert all(0 <= told[arm][measure] <= 2 for measure in summary.MEASURES)
    assert set(told["steps_s"]) == {"search", "latency", "sweep", "compare"}


def test_at_diversity_0_the_sweep_is_the_relevance_list(found: experiment.Found) -> None:
    alone = [point for point in found.measured.sweep if point.diversity == 0]
    assert {point.strategy for point in alone} == {"mmr", "dpp", found.measured.default["strategy"]}
    for point in alone:
        assert point.ndcg == pytest.approx(found.measured.arms["relevance"]["ndcg@10"].mean)


def test_at_least_eight_queries_with_and_without_pictures(found: experiment.Found) -> None:
    assert len(found.comparisons) >= 8
    assert any(not comparison.query and comparison.picture for comparison in found.comparisons)
    assert any(comparison.query and comparison.picture for comparison in found.comparisons)
    assert all(len(comparison.relevance) == len(comparison.diversified) == 10 for comparison in found.comparisons)


def test_report_and_summary_are_written_twice(found: experiment.Found, settings: DemoSettings) -> None:
    told = summary.build(settings, found.measured)
    pipeline.write(settings, report.render(told, found.comparisons, found.measured.sweep, picked=""), told)
    for folder in (settings.folder, settings.kept):
        assert json.loads((folder / "summary.json").read_text()) == json.loads(json.dumps(told))
        assert (folder / "report.html").read_text().count('<section class="query">') == len(found.comparisons)


def test_the_terminal_shows_lists_measures_and_a_verdict(found: experiment.Found, settings: DemoSettings) -> None:
    told, file = summary.build(settings, found.measured), io.StringIO()
    console = Console(file=file, width=160)
    terminal.show_comparisons(console, found.comparisons)
    terminal.show_measures(console, told)
    terminal.show_end(console, told, Path("build/demo/report.html"))
    for expected in (
        "relevance only",
        "diversified",
        "alpha_ndcg@10",
        "derived",
        "Half of 40 searches",
        "build/demo/report.html",
    ):
        assert expected in file.getvalue()
