from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from assortment.metrics import intra_list_distance, vendi_score

vectors = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=8),
    elements=st.floats(-100, 100, allow_subnormal=False).map(lambda value: round(value, 3)),
)


def slow_vendi_score(rows: npt.NDArray[np.float64]) -> float:
    """Another way to the same figure: cosines one by one, singular values of K instead of its eigenvalues, powers of shares."""
    size = len(rows)
    kernel = np.zeros((size, size))
    for i in range(size):
        for j in range(size):
            lengths = math.sqrt(math.fsum(rows[i] ** 2) * math.fsum(rows[j] ** 2))
            kernel[i, j] = 1.0 if i == j else math.fsum(rows[i] * rows[j]) / lengths if lengths else 0.0
    singular = np.linalg.svd(kernel, compute_uv=False)
    return math.prod(share**-share for share in (singular / size).tolist() if share > 1e-15)


def test_distances_by_hand() -> None:
    found = intra_list_distance(np.array([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]], dtype=np.float32))
    assert found.mean == pytest.approx((1 + 2 + 1) / 3)
    assert found.minimum == pytest.approx(1)


def test_distances_of_short_and_empty_lists_and_zero_vectors() -> None:
    assert intra_list_distance(np.zeros((0, 4))).mean == 0.0
    assert intra_list_distance(np.ones((1, 4))).mean == 0.0
    assert intra_list_distance(np.zeros((2, 4))).mean == 1.0


@given(vectors)
def test_distances_lie_between_0_and_2_and_the_closest_pair_is_below_the_mean(rows: npt.NDArray[np.float64]) -> None:
    found = intra_list_distance(rows)
    assert 0 <= found.minimum <= found.mean + 1e-12 <= 2 + 2e-12


def test_the_vendi_score_counts_different_products() -> None:
    assert vendi_score(np.eye(4)) == pytest.approx(4)
    assert vendi_score(np.ones((4, 3))) == pytest.approx(1)
    assert vendi_score(np.repeat(np.eye(3), 2, axis=0)) == pytest.approx(3)
    # two of three alike: eigenvalues 2/3 and 1/3
    assert vendi_score(np.array([[1.0, 0], [5, 0], [0, 1]])) == pytest.approx(math.exp(math.log(3) - 2 / 3 * math.log(2)))


def test_vendi_scores_of_short_and_empty_lists_and_zero_vectors() -> None:
    assert vendi_score(np.zeros((0, 4))) == 0.0
    assert vendi_score(np.ones((1, 4))) == 1.0
    assert vendi_score(np.zeros((3, 4))) == pytest.approx(3)


@given(vectors)
def test_the_vendi_score_is_that_of_a_slow_reference(rows: npt.NDArray[np.float64]) -> None:
    found = vendi_score(rows)
    assert 1 <= found <= len(rows)
    assert found == pytest.approx(slow_vendi_score(rows), rel=1e-9)


@given(vectors, st.randoms(use_true_random=False))
def test_order_and_length_do_not_count(rows: npt.NDArray[np.float64], random: object) -> None:
    scales = np.array([random.uniform(0.1, 10) for _ in rows])[:, None]  # type: ignore[attr-defined]
    assert vendi_score(rows[::-1] * scales) == pytest.approx(vendi_score(rows))
    assert intra_list_distance(rows[::-1] * scales).mean == pytest.approx(intra_list_distance(rows).mean, abs=1e-12)


@pytest.mark.parametrize("measure", [intra_list_distance, vendi_score])
def test_wrong_vectors_are_named(measure: object) -> None:
    assert callable(measure)
    with pytest.raises(ValueError, match=r"vectors: 'shape \(3,\)' is not allowed; allowed: one row a product"):
        measure(np.zeros(3))
    with pytest.raises(ValueError, match="vectors: nan is not allowed; allowed: finite numbers"):
        measure(np.array([[1.0, np.nan]]))
