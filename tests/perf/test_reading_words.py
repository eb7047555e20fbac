"""What reading words costs, on the small shop."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from assortment.paths import BuildPaths
from assortment.serving.pipeline import Pipeline
from perf import reading_words
from perf.latency import Latency
from perf.reading_words import ReadingWords


@pytest.mark.slow
def test_every_query_is_timed_and_those_with_filters_are_counted(small_build: BuildPaths) -> None:
    repository = small_build.model_repository
    queries = ["a blue jacket", "a jacket under 80", "cheapest socks"]
    found = reading_words.measure(queries, repository, Pipeline.open(repository), k=3, console=Console(file=io.StringIO()))
    assert found.understood == 2
    assert found.cpu_ms.requests == 3
    assert 0 < found.share < 0.5


def test_its_share_is_of_the_median_search() -> None:
    reading, search = Latency(p50=0.1, p95=0.2, p99=0.3, requests=10), Latency(p50=4.0, p95=9.0, p99=9.9, requests=10)
    assert ReadingWords(cpu_ms=reading, search_cpu_ms=search, understood=1).share == pytest.approx(0.025)
