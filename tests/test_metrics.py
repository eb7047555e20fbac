from __future__ import annotations

import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.metrics import alpha_ndcg, bootstrap_mean, intra_list_distance, ndcg, paired_bootstrap, subtopic_recall

# Four products of three subtopics; figures of TREC's ndeval for both orders.
SUBTOPICS = {"1": ("a",), "2": ("a",), "3": ("b",), "4": ("c",)}
REDUNDANT, DIVERSE = ["1", "2", "3", "4"], ["1", "3", "4", "2"]

products = st.sampled_from([f"p{i:02d}" for i in range(30)])
rankings = st.lists(products, unique=True, max_size=20)
grades = st.dictionaries(products, st.integers(0, 3))
subtopics = st.dictionaries(products, st.frozensets(st.sampled_from("abcde"), max_size=3))


def test_alpha_ndcg_of_the_known_orders() -> None:
    assert alpha_ndcg(REDUNDANT, SUBTOPICS, 10) == pytest.approx(0.9573, abs=5e-5)
    assert alpha_ndcg(DIVERSE, SUBTOPICS, 10) == pytest.approx(1.0)


def test_subtopic_recall_counts_what_is_on_the_page() -> None:
    assert subtopic_recall(REDUNDANT, SUBTOPICS, 2) == pytest.approx(1 / 3)
    assert subtopic_recall(DIVERSE, SUBTOPICS, 3) == 1.0


def test_ndcg_by_hand() -> None:
    # gains 7, 0, 1 at discounts 1, log2(3), 2; the ideal puts 7, 3, 1
    found = ndcg(["x", "unknown", "z"], {"x": 3, "y": 2, "z": 1}, 10)
    assert found == pytest.approx((7 + 1 / 2) / (7 + 3 / math.log2(3) + 1 / 2))


@pytest.mark.parametrize("measure", [ndcg, alpha_ndcg, subtopic_recall])
def test_nothing_to_find_gives_zero(measure: object) -> None:
    assert callable(measure)
    assert measure(["1"], {}, 10) == 0.0


@given(rankings, grades, st.integers(1, 25))
def test_ndcg_lies_between_0_and_1_and_best_first_is_1(ranking: list[str], graded: dict[str, int], k: int) -> None:
    assert 0 <= ndcg(ranking, graded, k) <= 1 + 1e-12
    if any(graded.values()):
        best = sorted(graded, key=lambda product: -graded[product])
        assert ndcg(best, graded, k) == pytest.approx(1)


@given(rankings, st.dictionaries(products, st.sampled_from("abcde").map(lambda name: (name,))), st.integers(1, 25))
def test_with_one_subtopic_each_the_greedy_ideal_is_the_best(ranking: list[str], covered: dict[str, tuple[str]], k: int) -> None:
    assert 0 <= alpha_ndcg(ranking, covered, k) <= 1 + 1e-12


@given(st.dictionaries(products, st.sampled_from("abc").map(lambda name: (name,)), min_size=2, max_size=6))
def test_alpha_ndcg_reaches_1_for_some_order(covered: dict[str, tuple[str]]) -> None:
    best = max(alpha_ndcg(order, covered, 6) for order in itertools.permutations(covered))
    assert best == pytest.approx(1)


def test_a_large_cutoff_counts_what_lies_behind_20() -> None:
    covered = {f"p{i:02d}": ("same" if i < 40 else "other",) for i in range(50)}
    ranking = sorted(covered)
    assert alpha_ndcg(ranking, covered, 50) > alpha_ndcg(ranking, covered, 40)


@given(rankings, subtopics, st.sampled_from([1, 5, 10, 20]))
def test_same_figures_as_ndeval(ranking: list[str], covered: dict[str, frozenset[str]], k: int) -> None:
    pyndeval = pytest.importorskip("pyndeval")
    qrels = [pyndeval.SubtopicQrel("q", name, product, 1) for product, names in covered.items() for name in sorted(names)]
    run = [pyndeval.ScoredDoc("q", product, -float(rank)) for rank, product in enumerate(ranking)]
    if not qrels or not run:
        return
    found = pyndeval.ndeval(qrels, run, measures=[f"alpha-nDCG@{k}", f"strec@{k}"])["q"]
    assert alpha_ndcg(ranking, covered, k) == pytest.approx(found[f"alpha-nDCG@{k}"], abs=1e-6)
    assert subtopic_recall(ranking, covered, k) == pytest.approx(found[f"strec@{k}"], abs=1e-6)


def test_distances_by_hand() -> None:
    found = intra_list_distance(np.array([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]], dtype=np.float32))
    assert found.mean == pytest.approx((1 + 2 + 1) / 3)
    assert found.minimum == pytest.approx(1)


def test_distances_of_short_and_empty_lists_and_zero_vectors() -> None:
    assert intra_list_distance(np.zeros((0, 4))).mean == 0.0
    assert intra_list_distance(np.ones((1, 4))).mean == 0.0
    assert intra_list_distance(np.zeros((2, 4))).mean == 1.0


def test_the_interval_of_a_mean_is_that_of_the_normal_for_many_values() -> None:
    values = np.random.default_rng(0).normal(0.5, 0.2, size=400)
    found = bootstrap_mean(values.tolist(), seed=1)
    error = 1.96 * values.std() / math.sqrt(400)
    assert found.mean == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - error, abs=0.002)
    assert found.high == pytest.approx(values.mean() + error, abs=0.002)
    assert found == bootstrap_mean(values.tolist(), seed=1)
    assert found != bootstrap_mean(values.tolist(), seed=2)


def test_ten_thousand_resamples_of_300_queries_are_quick() -> None:
    start = time.perf_counter()
    bootstrap_mean([0.1] * 300)
    assert time.perf_counter() - start < 2


def test_pairing_sees_a_small_gain_that_intervals_of_means_hide() -> None:
    theirs = np.random.default_rng(0).random(200)
    ours = (theirs + 0.01).tolist()
    gain = paired_bootstrap(ours, theirs.tolist())
    assert gain.mean == pytest.approx(0.01)
    assert gain.low > 0
    assert bootstrap_mean(ours).low < bootstrap_mean(theirs.tolist()).high


def test_pairs_must_match() -> None:
    with pytest.raises(ValueError, match="2 and 1"):
        paired_bootstrap([1, 2], [1])


def test_no_values_have_no_mean() -> None:
    found = bootstrap_mean([])
    assert math.isnan(found.mean)
    assert found.num_queries == 0
