from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.metrics import alpha_ndcg, err_ia, nerr_ia, subtopic_recall

# Four products of three subtopics; figures of TREC's ndeval for both orders.
SUBTOPICS = {"1": ("a",), "2": ("a",), "3": ("b",), "4": ("c",)}
REDUNDANT, DIVERSE = ["1", "2", "3", "4"], ["1", "3", "4", "2"]

products = st.sampled_from([f"p{i:02d}" for i in range(30)])
rankings = st.lists(products, unique=True, max_size=20)
one_subtopic_each = st.sampled_from("abcde").map(lambda name: (name,))
several_subtopics = st.frozensets(st.sampled_from("abcde"), max_size=3)


def test_alpha_ndcg_of_the_known_orders() -> None:
    assert alpha_ndcg(REDUNDANT, SUBTOPICS, 10) == pytest.approx(0.9573, abs=5e-5)
    assert alpha_ndcg(DIVERSE, SUBTOPICS, 10) == pytest.approx(1.0)


def test_err_ia_of_the_known_orders() -> None:
    assert err_ia(REDUNDANT, SUBTOPICS, 10) == pytest.approx(0.4409, abs=5e-5)
    assert err_ia(DIVERSE, SUBTOPICS, 10) == pytest.approx(0.4709, abs=5e-5)
    assert nerr_ia(REDUNDANT, SUBTOPICS, 10) == pytest.approx(0.4409 / 0.4709, abs=2e-4)
    assert nerr_ia(DIVERSE, SUBTOPICS, 10) == pytest.approx(1.0)


def test_products_that_cover_everything_reach_the_bound_of_err_ia() -> None:
    covered = {str(i): ("a", "b") for i in range(5)}
    assert err_ia(sorted(covered), covered, 5) == pytest.approx(1)


def test_subtopic_recall_counts_what_is_on_the_page() -> None:
    assert subtopic_recall(REDUNDANT, SUBTOPICS, 2) == pytest.approx(1 / 3)
    assert subtopic_recall(DIVERSE, SUBTOPICS, 3) == 1.0


@pytest.mark.parametrize("measure", [alpha_ndcg, err_ia, nerr_ia, subtopic_recall])
@pytest.mark.parametrize(("ranking", "covered"), [(["1"], {}), (["1"], {"1": ()}), ([], {"1": ("a",)}), ([], {})])
def test_nothing_to_find_and_nothing_found_give_zero(
    measure: object, ranking: list[str], covered: dict[str, tuple[str, ...]]
) -> None:
    assert callable(measure)
    assert measure(ranking, covered, 10) == 0.0


@given(rankings, st.dictionaries(products, one_subtopic_each), st.integers(1, 25))
def test_with_one_subtopic_each_the_greedy_ideal_is_the_best(ranking: list[str], covered: dict[str, tuple[str]], k: int) -> None:
    assert 0 <= alpha_ndcg(ranking, covered, k) <= 1 + 1e-12
    assert 0 <= nerr_ia(ranking, covered, k) <= 1 + 1e-12


@given(rankings, st.dictionaries(products, several_subtopics), st.integers(1, 25), st.sampled_from([0.0, 0.3, 0.5, 1.0]))
def test_err_ia_and_recall_lie_between_0_and_1(
    ranking: list[str], covered: dict[str, frozenset[str]], k: int, alpha: float
) -> None:
    assert 0 <= err_ia(ranking, covered, k, alpha=alpha) <= 1 + 1e-12
    assert 0 <= subtopic_recall(ranking, covered, k) <= 1


@pytest.mark.parametrize("measure", [alpha_ndcg, nerr_ia])
@given(covered=st.dictionaries(products, st.sampled_from("abc").map(lambda name: (name,)), min_size=2, max_size=5))
def test_some_order_reaches_1(measure: object, covered: dict[str, tuple[str]]) -> None:
    assert callable(measure)
    best = max(measure(order, covered, 6) for order in itertools.permutations(covered))
    assert best == pytest.approx(1)


def test_a_large_cutoff_counts_what_lies_behind_20() -> None:
    covered = {f"p{i:02d}": ("same" if i < 40 else "other",) for i in range(50)}
    ranking = sorted(covered)
    assert alpha_ndcg(ranking, covered, 50) > alpha_ndcg(ranking, covered, 40)
    assert nerr_ia(ranking, covered, 50) > nerr_ia(ranking, covered, 40)


@pytest.mark.parametrize("measure", [alpha_ndcg, err_ia, nerr_ia])
def test_wrong_input_is_named(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(ValueError, match=r"alpha: 1\.5 is not allowed; allowed: 0 to 1"):
        measure(DIVERSE, SUBTOPICS, 10, alpha=1.5)
    with pytest.raises(ValueError, match="k: 0 is not allowed"):
        measure(DIVERSE, SUBTOPICS, 0)
    with pytest.raises(ValueError, match="ranking: '1' is not allowed"):
        measure(["1", "1"], SUBTOPICS, 10)
