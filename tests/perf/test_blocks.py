"""The order in which both sides get the queries, and the cores they share."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.errors import InputError
from perf.bench import main
from perf.bench_settings import BenchSettings
from perf.blocks import blocks
from perf.cores import pin


@given(st.integers(1, 40), st.integers(1, 6), st.integers(1, 50))
def test_every_query_comes_as_often_as_every_other(num_queries: int, num_blocks: int, size: int) -> None:
    order = blocks(num_queries, num_blocks, size)
    assert [len(block) for block in order] == [size] * num_blocks
    counts = Counter(query for block in order for query in block)
    assert max(counts.values()) - min(counts[query] for query in range(num_queries)) <= 1


def test_the_same_seed_gives_the_same_order() -> None:
    assert blocks(20, 3, 15) == blocks(20, 3, 15)


def test_more_cores_than_there_are_is_refused() -> None:
    with pytest.raises(InputError, match="the cores this process may use"):
        pin(len(os.sched_getaffinity(0)) + 1)


@pytest.mark.parametrize("field", ["num_cores", "latency_blocks", "throughput_requests", "in_flight", "batch"])
def test_settings_are_checked(field: str) -> None:
    with pytest.raises(InputError, match=field):
        BenchSettings(**{field: 0})


def test_a_catalogue_that_was_not_assembled_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--catalogue", "generated", "--build", str(tmp_path)]) == 1
    assert "assortment demo --catalogue generated" in capsys.readouterr().err
