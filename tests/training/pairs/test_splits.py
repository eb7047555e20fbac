from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.errors import DataError, InputError
from training.pairs.file import Pair
from training.pairs.settings import PairSettings
from training.pairs.splits import describe, relevance, split_pairs, two_classes

SETTINGS = PairSettings()


def pairs_of(sizes: list[int]) -> list[Pair]:
    return [
        Pair(line=2, label=float(i % 2), query=f"{'Red' if i % 2 else 'red'} {query}", desc=f"thing {i}", price=None)
        for query, size in enumerate(sizes)
        for i in range(size)
    ]


@given(st.lists(st.integers(1, 6), min_size=40, max_size=80), st.integers(0, 99))
def test_no_query_stands_in_two_parts_and_every_pair_in_one(sizes: list[int], seed: int) -> None:
    pairs = pairs_of(sizes)
    parts = split_pairs(pairs, replace(SETTINGS, seed=seed))
    assert sorted(row for rows in parts.values() for row in rows) == list(range(len(pairs)))
    seen = [{pairs[row].query_key for row in rows} for rows in parts.values()]
    assert sum(map(len, seen)) == len(set.union(*seen))
    for split, share in (("dev", SETTINGS.dev_share), ("test", SETTINGS.test_share)):
        assert round(share * len(pairs)) <= len(parts[split]) < round(share * len(pairs)) + 6


def test_the_seed_decides() -> None:
    pairs = pairs_of([3] * 40)
    assert split_pairs(pairs, SETTINGS) == split_pairs(pairs, SETTINGS)
    assert split_pairs(pairs, SETTINGS) != split_pairs(pairs, replace(SETTINGS, seed=1))


def test_by_row_queries_are_shared_and_told() -> None:
    pairs = pairs_of([4] * 30)
    relevant = relevance(pairs, None)
    by_row = describe(pairs, relevant, split_pairs(pairs, replace(SETTINGS, split="row")))
    by_query = describe(pairs, relevant, split_pairs(pairs, SETTINGS))
    assert by_row["test"]["with_query_of_train"] > 0
    assert by_query["test"]["with_query_of_train"] == 0
    assert sum(part["pairs"] for part in by_query.values()) == 120
    assert all(part["relevant_share"] == 0.5 for part in by_query.values())


def test_a_limit_takes_whole_queries() -> None:
    pairs = pairs_of([4] * 30)
    parts = split_pairs(pairs, replace(SETTINGS, limit=40))
    assert 40 <= sum(map(len, parts.values())) < 44


def test_a_file_too_small_to_split_is_refused() -> None:
    with pytest.raises(DataError, match="10 pairs of 10 queries are too few"):
        split_pairs(pairs_of([1] * 10), SETTINGS)
    with pytest.raises(DataError, match="of 2 queries are too few"):
        split_pairs(pairs_of([20, 20]), SETTINGS)
    with pytest.raises(DataError, match="the part train is empty"):
        split_pairs(pairs_of([4, 4, 30]), replace(SETTINGS, test_share=0.4, dev_share=0.4, seed=0))


def graded(*labels: float) -> list[Pair]:
    return [Pair(line=2, label=label, query="q", desc=f"{i}", price=None) for i, label in enumerate(labels)]


def test_grades_need_a_threshold() -> None:
    assert relevance(graded(0, 1, 1), None) == [False, True, True]
    assert relevance(graded(0, 1, 2, 3), 2) == [False, False, True, True]
    with pytest.raises(InputError, match="positive_from: None is not allowed; the labels are grades, 0 to 3"):
        relevance(graded(0, 3), None)
    assert relevance(graded(1, 1), None) == [True, True]


def test_training_wants_relevant_pairs_and_others() -> None:
    assert two_classes(graded(0, 1), None) == [False, True]
    with pytest.raises(InputError, match="allowed: above 1, at most 3"):
        two_classes(graded(1, 3), 0.5)
    with pytest.raises(DataError, match="every label is 1"):
        two_classes(graded(1, 1), None)
