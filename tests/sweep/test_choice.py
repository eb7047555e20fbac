from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assortment.sweep.choice import MAX_LOSS, MAX_UNAMBIGUOUS_LOSS, SAME, best
from assortment.sweep.trials import RANDOM, Setting, Trial


def trial(
    strength: float, ndcg: float, unambiguous: float, alpha: float, *, strategy: str = "mmr", duplicates: float = 0.1
) -> Trial:
    return Trial(
        setting=Setting(strategy=strategy, strength=strength),
        ndcg=ndcg,
        ndcg_unambiguous=unambiguous,
        alpha_ndcg=alpha,
        duplicate_titles=duplicates,
        ild=0.2,
    )


shares = st.floats(0.0, 1.0)
others = st.builds(trial, st.floats(0.01, 1.0), shares, shares, shares, strategy=st.sampled_from(["mmr", "dpp"]))


@given(st.lists(others), shares, shares, shares)
def test_the_best_keeps_relevance_and_no_allowed_trial_is_more_diverse(
    trials: list[Trial], ndcg: float, unambiguous: float, alpha: float
) -> None:
    def allowed(one: Trial) -> bool:
        return one.ndcg >= (1 - MAX_LOSS) * ndcg and one.ndcg_unambiguous >= (1 - MAX_UNAMBIGUOUS_LOSS) * unambiguous

    chosen = best([trial(0.0, ndcg, unambiguous, alpha), *trials])
    assert allowed(chosen)
    assert chosen.alpha_ndcg >= alpha
    assert all(other.alpha_ndcg <= chosen.alpha_ndcg for other in trials if allowed(other))


def test_of_strategies_as_good_the_one_that_repeats_fewer_titles_is_taken() -> None:
    plain, repeating = trial(0.0, 0.5, 0.5, 0.4), trial(0.3, 0.5, 0.5, 0.5, strategy="pm2", duplicates=0.2)
    as_good = trial(0.5, 0.5, 0.5, 0.5 * (1 - SAME / 2), strategy="expected_alpha", duplicates=0.15)
    worse = trial(0.5, 0.5, 0.5, 0.5 * (1 - 2 * SAME), strategy="dpp", duplicates=0.0)
    weaker = trial(0.2, 0.5, 0.5, 0.496, strategy="expected_alpha", duplicates=0.0)
    assert best([plain, repeating, as_good, worse, weaker]) is as_good
    assert best([plain, repeating, worse]) is repeating


def test_of_equals_the_weaker_diversification_is_taken() -> None:
    assert best([trial(strength, 0.5, 0.5, 0.4) for strength in (0.4, 0.2, 0.0)]).setting.strength == 0.0


def test_the_cheat_and_the_budgets_are_never_the_default() -> None:
    cheat = trial(0.0, 0.9, 0.9, 0.9, strategy=RANDOM)
    plain = trial(0.0, 0.5, 0.5, 0.4)
    assert best([cheat, plain]) is plain
