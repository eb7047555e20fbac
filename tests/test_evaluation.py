from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from assortment.evaluation import compare, evaluate
from assortment.judgments import JudgedQuery

SHOES = JudgedQuery(
    id="q1",
    text="red shoes",
    kind="ambiguous",
    grades={"1": 3, "2": 3, "3": 2, "4": 1},
    subtopics={"1": ("Men",), "2": ("Men",), "3": ("Women",)},
)
HATS = JudgedQuery(id="q2", text="black hats for men", kind="unambiguous", grades={"5": 3}, subtopics={"5": ("hats",)})


def vectors_of(products: Sequence[str]) -> npt.NDArray[np.float64]:
    return np.eye(6)[[int(product) for product in products]]


def test_every_measure_of_every_query() -> None:
    found = evaluate({"q1": ["1", "2"], "q2": ["5"]}, [SHOES, HATS], k=2, vectors_of=vectors_of)
    shoes, hats = found.queries
    assert shoes.ndcg == pytest.approx(1)
    assert shoes.alpha_ndcg == pytest.approx((1 + 0.5 / np.log2(3)) / (1 + 1 / np.log2(3)))
    assert shoes.err_ia == pytest.approx((1 + 0.5 / 2) / (2 * (1 + 0.5 / 2)))
    assert shoes.subtopic_recall == 0.5
    assert (shoes.ild, shoes.ild_min) == (1, 1)
    assert (hats.ndcg, hats.alpha_ndcg, hats.err_ia, hats.subtopic_recall, hats.ild) == (1, None, None, None, 0)


def test_a_query_without_result_counts_as_0_and_is_named() -> None:
    found = evaluate({"q2": ["5"]}, [SHOES, HATS])
    assert found.estimate("ndcg").mean == 0.5
    assert found.estimate("alpha_ndcg").mean == 0
    assert found.without_result() == ["q1"]


def test_the_summary_is_json_with_a_mean_and_an_interval_by_kind() -> None:
    summary = json.loads(json.dumps(evaluate({"q1": ["1", "3"], "q2": ["4"]}, [SHOES, HATS], vectors_of=vectors_of).summary()))
    assert summary["k"] == 10
    assert summary["ndcg@10"].keys() == {"mean", "low", "high", "num_queries"}
    assert summary["ndcg@10"]["num_queries"] == 2
    assert summary["alpha_ndcg@10"]["num_queries"] == 1
    assert summary["subtopic_recall@10"]["mean"] == 1
    assert summary["by_kind"]["unambiguous"]["ndcg@10"]["mean"] == 0
    assert "alpha_ndcg@10" not in summary["by_kind"]["unambiguous"]


def test_without_vectors_there_are_no_distances() -> None:
    assert "ild@10" not in evaluate({"q1": ["1"]}, [SHOES]).summary()


def test_repeated_titles_are_counted_among_the_first_k_where_titles_are_given() -> None:
    titles = {"1": "Red Shoe", "2": "red shoe!", "3": "Red Shoe", "5": "Hat"}
    found = evaluate(
        {"q1": ["1", "2", "3"], "q2": []},
        [SHOES, HATS],
        k=2,
        titles_of=lambda products: [titles[product] for product in products],
    )
    assert found.values("duplicate_titles") == {"q1": 0.5, "q2": 0}
    assert found.summary()["duplicate_titles@2"]["mean"] == 0.25
    without = evaluate({"q1": ["1", "2"]}, [SHOES])
    assert without.queries[0].duplicate_titles is None
    assert "duplicate_titles@10" not in without.summary()


def test_a_comparison_is_paired_by_query() -> None:
    ours = evaluate({"q1": ["1", "3"], "q2": ["5"]}, [SHOES, HATS])
    theirs = evaluate({"q1": ["1", "2"], "q2": ["4", "5"]}, [SHOES, HATS])
    gain = compare(ours, theirs, "alpha_ndcg")
    assert gain.num_queries == 1
    assert gain.mean > 0
    assert compare(ours, theirs, "ndcg", "unambiguous").mean == pytest.approx(1 - 1 / np.log2(3))


def test_different_queries_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="cover different queries"):
        compare(evaluate({}, [SHOES, HATS]), evaluate({}, [HATS]), "ndcg")
