from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from training.negatives.hard import hardest


@pytest.mark.parametrize(
    ("cosine", "grade", "expected"),
    [
        pytest.param([0.8, 0.7, 0.6, 0.5], [3, 0, 0, 0], [1, 2], id="the highest"),
        pytest.param([0.8, 0.9, 0.77, 0.75], [3, 0, 0, 0], [3], id="none that may be answers without a grade"),
        pytest.param([0.8, 0.7, 0.6, 0.5], [3, 1, 2, 0], [3], id="none that have a grade"),
        pytest.param([0.8, 0.6, 0.9, 0.7], [3, 3, 1, 0], [3], id="below the best of the best graded"),
        pytest.param([-0.4, -0.41, -0.5, -0.6], [3, 0, 0, 0], [2, 3], id="below an answer that is far itself"),
        pytest.param([0.8, 0.7, 0.6, 0.5], [0, 0, 0, 0], [], id="none for a query that nothing answers"),
    ],
)
def test_what_is_mined(cosine: list[float], grade: list[int], expected: list[int]) -> None:
    (found,) = hardest(torch.tensor([cosine]), torch.tensor([grade], dtype=torch.int8), 2)
    assert found.tolist() == expected


@given(
    arrays(np.float32, (3, 12), elements=st.floats(-1, 1, width=32)),
    arrays(np.int8, (3, 12), elements=st.integers(0, 3)),
    st.integers(1, 20),
)
def test_nothing_with_a_grade_and_nothing_above_an_answer_is_mined(cosine: np.ndarray, grade: np.ndarray, number: int) -> None:
    for similar, grades, found in zip(
        cosine, grade, hardest(torch.from_numpy(cosine), torch.from_numpy(grade), number), strict=True
    ):
        assert len(set(found.tolist())) == len(found) <= number
        assert not grades[found].any()
        assert not len(found) or similar[found].max() <= similar[grades == grades.max()].max()
