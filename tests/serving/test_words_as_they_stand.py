"""Relevance with the words as they stand."""

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from assortment.serving.product_words import ProductWords, words_said
from assortment.serving.words_as_they_stand import WEIGHT, less_likely, together, weighed

TEXTS = ["puma tee", "puma kurta printed", "kurta", "tee"]


def floats(*values: float) -> npt.NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


def rows(*numbers: int) -> npt.NDArray[np.int32]:
    return np.array(numbers, dtype=np.int32)


def logit(relevance: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    exact = relevance.astype(np.float64)
    answer: npt.NDArray[np.float64] = np.log(exact / (1 - exact))
    return answer


def test_who_says_less_is_less_likely_by_the_difference_of_the_shares() -> None:
    before, shares = floats(0.9, 0.5, 0.2), floats(0.25, 1.0, 0.5)
    after = less_likely(before, shares)
    np.testing.assert_allclose(logit(after), logit(before) - WEIGHT * np.array([0.75, 0.0, 0.5]), atol=1e-5)


def test_nothing_changes_where_all_say_as_much() -> None:
    before = floats(0.9, 0.5, 0.0, 1.0)
    assert less_likely(before, floats(0.5, 0.5, 0.5, 0.5)).tolist() == before.tolist()
    assert less_likely(before, floats(0, 0, 0, 0)).tolist() == before.tolist()
    assert less_likely(floats(), floats()).tolist() == []


@given(st.lists(st.tuples(st.floats(0, 1, width=32), st.floats(0, 1, width=32)), min_size=1, max_size=20))
def test_relevance_stays_a_probability_and_never_rises(pairs: list[tuple[float, float]]) -> None:
    before, shares = floats(*(relevance for relevance, _ in pairs)), floats(*(share for _, share in pairs))
    after = less_likely(before, shares)
    assert ((after >= 0) & (after <= 1)).all()
    assert (after <= before + 1e-5).all()


def test_rows_come_best_first_with_the_words() -> None:
    found, relevance = weighed(ProductWords.of(TEXTS), words_said("printed kurta"), rows(2, 0, 1), floats(0.6, 0.55, 0.5))
    assert found.tolist() == [1, 2, 0]
    assert relevance.tolist() == sorted(relevance.tolist(), reverse=True)
    assert relevance[0] == np.float32(0.5)


def test_no_rows_are_none() -> None:
    found, relevance = weighed(ProductWords.of(TEXTS), words_said("kurta"), rows(), floats())
    assert found.tolist() == relevance.tolist() == []


def test_rows_found_by_words_join_once() -> None:
    found, relevance = together(rows(5, 3), floats(0.9, 0.8), rows(3, 7, -1, 9), floats(0.1, 0.7, -1.0, 0.6))
    assert found.tolist() == [5, 3, 7, 9]
    np.testing.assert_allclose(relevance, [0.9, 0.8, 0.7, 0.6])
