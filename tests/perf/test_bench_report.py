"""Ratios and the summary of the bench, from made-up figures."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from perf import bench_report
from perf.agreement import Agreement
from perf.bench_report import BenchResult
from perf.latency import Latency
from perf.one_by_one import OneByOne
from perf.reading_words import ReadingWords
from perf.saturated import CpuPerRequest, Saturated
from perf.stages import Stage


@pytest.fixture
def result() -> BenchResult:
    stage = Stage(model="text_search", requests=10, mean_batch=1.0, queue_ms=0.1, compute_ms=2.0, total_ms=2.1)
    return BenchResult(
        catalogue="generated",
        products=6_400,
        queries=300,
        cores=(0, 1),
        processor="some processor",
        server={"name": "triton", "version": "2.51.0"},
        one_by_one=OneByOne(
            served=Latency(p50=6.0, p95=8.0, p99=9.0, requests=2_000),
            in_process=Latency(p50=4.0, p95=5.0, p99=6.0, requests=2_000),
            stages=[stage],
            agreement=Agreement(2_000, 2_000, 1.0),
            refused=0,
        ),
        reading=ReadingWords(
            cpu_ms=Latency(p50=0.06, p95=0.1, p99=0.14, requests=300),
            search_cpu_ms=Latency(p50=4.0, p95=5.0, p99=6.0, requests=300),
            understood=21,
        ),
        saturated=Saturated(
            served=[90.0, 50.0, 80.0],
            in_process=[100.0, 100.0, 100.0],
            stages=[stage],
            agreement=Agreement(100, 97, 0.99),
            in_flight=48,
            batch=16,
            refused=0,
            cpu_ms=CpuPerRequest(server=4.5, client=0.5, in_process=4.0),
        ),
        text_search_shares={"text_encoder": 0.6, "scorer": 0.4},
    )


def test_the_figures_that_the_issue_names(result: BenchResult) -> None:
    summary = json.loads(json.dumps(bench_report.summary(result)))
    assert summary["overhead_ms"] == pytest.approx(2.0)
    assert summary["p50_ratio"] == pytest.approx(1.5)
    assert summary["throughput_ratio"] == pytest.approx(0.8)  # the median of the pairs, so one slow block does not count
    assert summary["cpu_ms_per_request"] == {"server": 4.5, "load_generator": 0.5, "in_process": 4.0, "ratio": 0.8}
    assert summary["stages"]["one_by_one"][0] == {
        "model": "text_search",
        "requests": 10,
        "mean_batch": 1.0,
        "queue_ms": 0.1,
        "compute_ms": 2.0,
        "total_ms": 2.1,
    }
    assert summary["reading_words"] == {
        "cpu_ms": {"p50": 0.06, "p95": 0.1, "p99": 0.14, "requests": 300},
        "share_of_a_search": 0.015,
        "understood_queries": 21,
    }
    assert (summary["catalogue"], summary["products"], summary["cores"]) == ("generated", 6_400, 2)


def test_the_tables_show_both_sides_and_every_stage(result: BenchResult) -> None:
    told = io.StringIO()
    bench_report.show(result, Console(file=told, width=120))
    for expected in (
        "served",
        "in process",
        "text_search",
        "overhead 2.00 ms",
        "text_encoder 60%",
        "0.060 ms of the processor at the median, 0.100 at p95, 1.5% of a search in process; 21 of 300 queries",
        "ratio 0.80",
        "97.0% of 100 answers",
    ):
        assert expected in told.getvalue()
