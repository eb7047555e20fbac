from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.metrics import mrr, ndcg, precision, r_precision, recall

GRADES = {"x": 3, "y": 2, "z": 1, "w": 0}

products = st.sampled_from([f"p{i:02d}" for i in range(30)])
rankings = st.lists(products, unique=True, max_size=20)
grades = st.dictionaries(products, st.integers(0, 3))


def test_ndcg_by_hand() -> None:
    # gains 7, 0, 1 at discounts 1, log2(3), 2; the ideal puts 7, 3, 1
    found = ndcg(["x", "unknown", "z"], {"x": 3, "y": 2, "z": 1}, 10)
    assert found == pytest.approx((7 + 1 / 2) / (7 + 3 / math.log2(3) + 1 / 2))


def test_the_first_relevant_product_decides_the_reciprocal_rank() -> None:
    assert mrr(["w", "z", "x"], GRADES) == 1 / 2
    assert mrr(["w", "z", "x"], GRADES, threshold=2) == 1 / 3
    assert mrr(["w", "z", "x"], GRADES, 1) == 0


def test_precision_counts_empty_places_and_recall_what_is_missing() -> None:
    assert precision(["x", "w"], GRADES, 4) == 1 / 4
    assert recall(["x", "w"], GRADES, 4) == 1 / 3
    assert recall(["x", "w"], GRADES, 4, threshold=3) == 1


def test_r_precision_looks_as_far_as_there_are_relevant_products() -> None:
    assert r_precision(["x", "w", "y", "z"], GRADES) == pytest.approx(2 / 3)
    assert r_precision(["w", "x"], GRADES, threshold=3) == 0


@pytest.mark.parametrize("measure", [ndcg, mrr, precision, recall])
@pytest.mark.parametrize(("ranking", "graded"), [(["1"], {}), (["1"], {"1": 0}), ([], {"1": 3}), ([], {})])
def test_nothing_to_find_and_nothing_found_give_zero(measure: object, ranking: list[str], graded: dict[str, int]) -> None:
    assert callable(measure)
    assert measure(ranking, graded, 10) == 0.0
    assert r_precision(ranking, graded) == 0.0


@given(rankings, grades, st.integers(1, 25))
def test_ndcg_lies_between_0_and_1_and_best_first_is_1(ranking: list[str], graded: dict[str, int], k: int) -> None:
    assert 0 <= ndcg(ranking, graded, k) <= 1 + 1e-12
    if any(graded.values()):
        best = sorted(graded, key=lambda product: -graded[product])
        assert ndcg(best, graded, k) == pytest.approx(1)


@given(rankings, grades, st.integers(1, 25), st.integers(1, 3))
def test_the_others_lie_between_0_and_1_and_a_higher_bar_finds_less(
    ranking: list[str], graded: dict[str, int], k: int, threshold: int
) -> None:
    values = [measure(ranking, graded, k, threshold=threshold) for measure in (mrr, precision, recall)]
    assert all(0 <= value <= 1 for value in (*values, r_precision(ranking, graded, threshold=threshold)))
    assert mrr(ranking, graded, k, threshold=threshold + 1) <= values[0]
    assert precision(ranking, graded, k, threshold=threshold + 1) <= values[1]


@given(rankings, grades, st.integers(1, 25))
def test_precision_and_recall_count_the_same_products(ranking: list[str], graded: dict[str, int], k: int) -> None:
    num_relevant = sum(grade >= 1 for grade in graded.values())
    assert precision(ranking, graded, k) * k == pytest.approx(recall(ranking, graded, k) * num_relevant)
    if num_relevant:
        assert r_precision(ranking, graded) == pytest.approx(recall(ranking, graded, num_relevant))


@pytest.mark.parametrize("measure", [ndcg, mrr, precision, recall])
def test_wrong_input_is_named(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(ValueError, match="k: 0 is not allowed; allowed: a whole number, at least 1"):
        measure(["x"], GRADES, 0)
    with pytest.raises(ValueError, match="grades: -1 is not allowed"):
        measure(["x"], {"x": -1}, 10)
    with pytest.raises(ValueError, match="ranking: 'x' is not allowed; a ranking names each product once"):
        measure(["x", "y", "x"], GRADES, 10)


def test_a_threshold_at_which_everything_is_relevant_is_refused() -> None:
    with pytest.raises(ValueError, match="threshold: 0"):
        r_precision(["x"], GRADES, threshold=0)
