from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from export.defaults import MAX_DIVERSITY_LOSS as MAX_LOSS
from export.tuning import Trial, best

shares = st.floats(0.0, 1.0)
others = st.builds(
    Trial, strategy=st.sampled_from(["mmr", "dpp"]), diversity=st.floats(0.01, 1.0), ndcg=shares, alpha_ndcg=shares
)


@given(st.lists(others), shares, shares)
def test_the_best_keeps_relevance_and_no_allowed_trial_is_more_diverse(trials: list[Trial], ndcg: float, alpha: float) -> None:
    none = Trial(strategy="mmr", diversity=0.0, ndcg=ndcg, alpha_ndcg=alpha)
    chosen = best([none, *trials])
    assert chosen.ndcg >= (1 - MAX_LOSS) * ndcg
    assert chosen.alpha_ndcg >= alpha
    assert all(trial.alpha_ndcg <= chosen.alpha_ndcg for trial in trials if trial.ndcg >= (1 - MAX_LOSS) * ndcg)


def test_of_equals_the_weaker_diversification_is_taken() -> None:
    trials = [Trial(strategy="mmr", diversity=diversity, ndcg=0.5, alpha_ndcg=0.4) for diversity in (0.4, 0.2, 0.0)]
    assert best(trials).diversity == 0.0
