from __future__ import annotations

import pytest
import torch

from training import losses

GRADES = torch.tensor([[3, 1, 1, 1, 0, 0]], dtype=torch.int8)


def test_one_best_product_outweighs_many_lesser_ones() -> None:
    best_first = torch.tensor([[4.0, 0.0, 0.0, 0.0, 0.0, 0.0]])
    lesser_first = torch.tensor([[0.0, 4.0, 4.0, 4.0, 0.0, 0.0]])
    assert losses.listwise(best_first, GRADES) < losses.listwise(lesser_first, GRADES)
    assert losses.listwise(lesser_first, GRADES) < losses.listwise(-best_first, GRADES)


def test_equally_good_products_of_another_query_are_not_pushed_away() -> None:
    scores = torch.zeros(1, 3, requires_grad=True)
    losses.listwise(scores, torch.tensor([[3, 3, 0]], dtype=torch.int8)).backward()
    assert scores.grad is not None
    assert scores.grad[0, 0] == pytest.approx(scores.grad[0, 1].item())
    assert scores.grad[0, 0] < 0 < scores.grad[0, 2]


def test_a_query_that_nothing_fits_counts_for_nothing() -> None:
    scores = torch.tensor([[1.0, 2.0, 3.0], [3.0, 1.0, 0.0]])
    grades = torch.tensor([[0, 0, 0], [3, 0, 0]], dtype=torch.int8)
    assert losses.listwise(scores, grades) == pytest.approx(losses.listwise(scores[1:], grades[1:]).item())
    assert losses.listwise(scores[:1], grades[:1]) == 0


def test_calibration_is_least_at_a_third_of_the_grade() -> None:
    grade = torch.tensor([[2]], dtype=torch.int8)
    tried = torch.linspace(0.05, 0.95, 19)
    values = [losses.calibration(torch.logit(p).reshape(1, 1), grade).item() for p in tried]
    assert tried[int(torch.tensor(values).argmin())].item() == pytest.approx(2 / 3, abs=0.03)


def test_unchanged_vectors_keep_their_similarity() -> None:
    base = torch.randn(4, 8)
    assert losses.keep_similarity(3 * base, base) == pytest.approx(0.0, abs=1e-6)
    assert losses.keep_similarity(-base, base) == pytest.approx(2.0, abs=1e-6)


def test_a_pupil_that_ranks_as_its_teacher_has_nothing_to_learn() -> None:
    teacher = torch.tensor([[2.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    assert losses.distilled(teacher + 5.0, teacher).item() == pytest.approx(0.0, abs=1e-6)
    scores = torch.zeros(2, 3, requires_grad=True)
    losses.distilled(scores, teacher).backward()
    assert (scores.grad[0].argmin(), scores.grad[1].argmin()) == (0, 1), "what the teacher puts first is pulled up"
