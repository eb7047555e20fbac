from __future__ import annotations

import torch

from training import scorer_training
from training.linear_scorer import LinearScorer
from training.scorer import LearnedScorer


def test_the_share_of_the_correction_that_ranks_best_is_kept() -> None:
    scorer = LearnedScorer()
    torch.nn.init.normal_(scorer.correction.weight)
    learned, slope = scorer.correction.weight.detach().clone(), scorer.slope.detach().clone()

    def figures() -> dict[str, float]:
        share = float((scorer.correction.weight.detach() / learned).mean())
        return {"dev": share, "unseen words": -3 * abs(share - 0.25)}  # the mean is highest at a quarter

    measured = scorer_training.temper(scorer, figures)
    assert [record["share"] for record in measured] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert [record["share"] for record in measured if "chosen" in record] == [0.25]
    torch.testing.assert_close(scorer.correction.weight.detach(), 0.25 * learned)
    assert torch.equal(scorer.slope.detach(), slope)


def test_the_reference_formula_has_no_share() -> None:
    assert scorer_training.temper(LinearScorer(), lambda: {"dev": 1.0}) == []
