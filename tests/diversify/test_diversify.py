"""The promises that every strategy keeps."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from assortment.diversify import STRATEGIES, Intents, diversify
from assortment.errors import InputError
from assortment_client.contract import STRATEGIES as PUBLIC_STRATEGIES

strategies = st.sampled_from(sorted(STRATEGIES))
seeds = st.integers(0, 2**32 - 1)
shares = st.floats(0.0, 1.0)


def candidates(seed: int, number: int, dims: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows around a common direction, as the results of one query are, and relevance without ties."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(number, dims)) + rng.normal(size=dims)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), rng.random(number).astype(np.float32)


def with_repeats(seed: int, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Few different rows and few different scores: ties everywhere."""
    rng = np.random.default_rng(seed)
    vectors, _ = candidates(seed, 3)
    return vectors[rng.integers(0, 3, number)], rng.integers(0, 3, number).astype(np.float32) / 2


def groups_of(vectors: np.ndarray) -> np.ndarray:
    """Groups that know nothing of the order of the candidates."""
    return (vectors[:, 0] > 0).astype(np.int64) + 2 * (vectors[:, 1] > 0)


# Those that look at vectors and begin with the most relevant candidate; others go by groups, intents, or the whole.
BY_VECTORS = ("mmr", "dpp", "mmr_clipped", "max_sum", "dpp_published", "dpp_window", "ssd")


def test_the_strategies_are_the_ones_the_client_may_ask_for() -> None:
    assert tuple(STRATEGIES) == PUBLIC_STRATEGIES


@given(strategy=strategies, seed=seeds, number=st.integers(0, 40), k=st.integers(1, 50), diversity=shares, repeats=st.booleans())
def test_choices_are_distinct_in_range_and_finite(
    strategy: str, seed: int, number: int, k: int, diversity: float, repeats: bool
) -> None:
    vectors, relevance = with_repeats(seed, number) if repeats else candidates(seed, number)
    chosen = diversify(vectors, relevance, k, strategy=strategy, diversity=diversity, groups=groups_of(vectors))
    assert len(chosen) == min(k, number)
    assert len(set(chosen.indices.tolist())) == len(chosen)
    assert all(0 <= index < number for index in chosen.indices)
    assert chosen.indices.dtype == np.int64
    assert np.isfinite(chosen.gains).all()
    assert np.isfinite(chosen.similarity).all()


@given(strategy=strategies, seed=seeds, number=st.integers(1, 40), k=st.integers(1, 40), repeats=st.booleans())
def test_diversity_0_is_a_stable_sort_by_relevance(strategy: str, seed: int, number: int, k: int, repeats: bool) -> None:
    vectors, relevance = with_repeats(seed, number) if repeats else candidates(seed, number)
    chosen = diversify(vectors, relevance, k, strategy=strategy, diversity=0.0, groups=groups_of(vectors))
    np.testing.assert_array_equal(chosen.indices, np.argsort(-relevance, kind="stable")[:k])
    np.testing.assert_array_equal(chosen.gains, relevance[chosen.indices])


@given(
    strategy=strategies, seed=seeds, diversity=shares, short=st.integers(1, 15), more=st.integers(0, 15), repeats=st.booleans()
)
def test_a_longer_page_extends_a_shorter_one(
    strategy: str, seed: int, diversity: float, short: int, more: int, repeats: bool
) -> None:
    vectors, relevance = with_repeats(seed, 20) if repeats else candidates(seed, 20)
    page = diversify(vectors, relevance, short, strategy=strategy, diversity=diversity, groups=groups_of(vectors))
    longer = diversify(vectors, relevance, short + more, strategy=strategy, diversity=diversity, groups=groups_of(vectors))
    np.testing.assert_array_equal(longer.indices[: len(page)], page.indices)


@given(strategy=strategies, seed=seeds, k=st.integers(1, 10), diversity=st.floats(0.0, 0.95))  # at 1 groups leave ties
def test_the_order_of_the_candidates_does_not_matter(strategy: str, seed: int, k: int, diversity: float) -> None:
    vectors, relevance = candidates(seed, 25, dims=16)
    order = np.random.default_rng(seed).permutation(25)
    chosen = diversify(vectors, relevance, k, strategy=strategy, diversity=diversity, groups=groups_of(vectors))
    groups = groups_of(vectors[order])
    shuffled = diversify(vectors[order], relevance[order], k, strategy=strategy, diversity=diversity, groups=groups)
    np.testing.assert_array_equal(order[shuffled.indices], chosen.indices)


@given(strategy=strategies, seed=seeds, diversity=shares)
def test_every_choice_names_the_most_similar_earlier_one(strategy: str, seed: int, diversity: float) -> None:
    vectors, relevance = candidates(seed, 15)
    chosen = diversify(vectors, relevance, 6, strategy=strategy, diversity=diversity, groups=groups_of(vectors))
    assert chosen.nearest[0] == -1
    assert chosen.similarity[0] == 0
    for place in range(1, 6):
        cosines = vectors[chosen.indices[:place]] @ vectors[chosen.indices[place]]
        assert chosen.similarity[place] == pytest.approx(cosines.max(), abs=1e-5)
        assert cosines[chosen.nearest[place]] == pytest.approx(cosines.max(), abs=1e-5)


@pytest.mark.parametrize("strategy", BY_VECTORS)
def test_pure_diversity_starts_with_the_most_relevant_and_avoids_its_copies(strategy: str) -> None:
    axes = np.eye(3, dtype=np.float32)
    chosen = diversify(axes[[0, 0, 0, 1, 2]], np.float32([0.8, 0.9, 0.7, 0.1, 0.2]), 5, strategy=strategy, diversity=1.0)
    assert chosen.indices[0] == 1
    assert set(chosen.indices[1:3]) == {3, 4}
    assert set(chosen.indices[3:]) == {0, 2}


@pytest.mark.parametrize("strategy", ["xquad", "round_robin"])
def test_pure_diversity_by_groups_shows_every_group_first(strategy: str) -> None:
    groups = np.array([0, 0, 0, 1, 2])
    relevance = np.float32([0.8, 0.9, 0.7, 0.1, 0.2])
    chosen = diversify(np.eye(5, dtype=np.float32), relevance, 5, strategy=strategy, diversity=1.0, groups=groups)
    assert set(groups[chosen.indices[:3]]) == {0, 1, 2}
    assert (chosen.opens[:3] >= 0).all()
    assert chosen.opens[3:].tolist() == [-1, -1]


@pytest.mark.parametrize("strategy", ["calibration", "quota"])
def test_proportional_strategies_give_places_by_weight(strategy: str) -> None:
    groups = np.repeat([0, 1], 30)
    relevance = np.where(groups == 0, 0.8, 0.4)
    chosen = diversify(np.eye(60, dtype=np.float32), relevance, 12, strategy=strategy, diversity=1.0, groups=groups)
    assert 7 <= (groups[chosen.indices] == 0).sum() <= 9  # two thirds of the relevance


def test_pm2_gives_seats_by_votes() -> None:
    coverage = np.repeat(np.eye(2), 30, axis=0)
    intents = Intents(weights=np.array([2 / 3, 1 / 3]), coverage=coverage)
    chosen = diversify(np.eye(60, dtype=np.float32), np.full(60, 0.5), 12, strategy="pm2", diversity=1.0, intents=intents)
    assert (chosen.indices < 30).sum() == 8


@pytest.mark.parametrize("strategy", BY_VECTORS)
def test_more_diversity_gives_up_relevance_for_difference(strategy: str) -> None:
    vectors, relevance = candidates(7, 200, dims=32)
    pages = [diversify(vectors, relevance, 10, strategy=strategy, diversity=share) for share in (0.0, 0.3, 0.6, 1.0)]
    kept = [relevance[page.indices].mean() for page in pages]
    alike = [page.similarity[1:].mean() for page in pages]
    assert kept == sorted(kept, reverse=True)
    assert alike == sorted(alike, reverse=True)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_degenerate_candidates(strategy: str) -> None:
    one_group = np.zeros(5, dtype=np.int64)
    nothing = diversify(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), 3, strategy=strategy, groups=one_group[:0])
    assert len(nothing) == len(nothing.gains) == len(nothing.nearest) == len(nothing.given_up) == len(nothing.opens) == 0
    equal_rows, equal = np.eye(4, dtype=np.float32)[[1] * 5], np.full(5, 0.5, np.float32)
    np.testing.assert_array_equal(diversify(equal_rows, equal, 5, strategy=strategy, groups=one_group).indices, range(5))
    zero_rows, relevance = np.zeros((5, 4), np.float32), np.float32([0.1, 0.5, 0.3, 0.2, 0.4])
    page = diversify(zero_rows, relevance, 5, strategy=strategy, groups=one_group)
    np.testing.assert_array_equal(page.indices, [1, 4, 2, 3, 0])


def test_float16_vectors_are_taken() -> None:
    vectors, relevance = candidates(3, 50, dims=256)
    half = diversify(vectors.astype(np.float16), relevance.astype(np.float64), 5)
    np.testing.assert_array_equal(half.indices, diversify(vectors, relevance, 5).indices)


def test_int8_vectors_are_taken_as_quantised_rows() -> None:
    vectors, relevance = candidates(3, 50, dims=256)
    quantised = np.round(vectors * 127 / np.abs(vectors).max()).astype(np.int8)
    for strategy in BY_VECTORS:
        page = diversify(quantised, relevance, 5, strategy=strategy, diversity=0.3)
        np.testing.assert_array_equal(page.indices, diversify(vectors, relevance, 5, strategy=strategy, diversity=0.3).indices)


def test_what_a_choice_gives_up_is_told() -> None:
    axes = np.eye(3, dtype=np.float32)
    page = diversify(axes[[0, 0, 1]], np.float32([0.9, 0.8, 0.5]), 3, diversity=0.5)
    assert page.indices.tolist() == [0, 2, 1]
    assert page.given_up.tolist() == pytest.approx([0.0, 0.3, 0.0])
    assert page.relevance_loss == pytest.approx(1 - (0.9 + 0.5 / np.log2(3) + 0.4) / (0.9 + 0.8 / np.log2(3) + 0.25))


ROWS, SCORES = candidates(0, 4, dims=3)


@pytest.mark.parametrize(
    ("vectors", "relevance", "message"),
    [
        (ROWS[0], SCORES, r"^vectors: 'array of shape \(3,\) and dtype float32' is not allowed; allowed: an \(N, D\)"),
        (ROWS.astype(np.float64), SCORES, "^vectors: .*float64"),
        (ROWS.tolist(), SCORES, "^vectors: 'list'"),
        (ROWS, SCORES[:3], "^relevance: '3 values' .* one for each of the 4 vectors"),
        (ROWS, SCORES.reshape(2, 2), "^relevance: 'array of shape"),
        (ROWS, np.arange(4), "^relevance: .*int64"),
        (ROWS, np.float32([0.1, np.nan, 0, 0]), r"^relevance\[1\]: nan"),
        (ROWS, np.float32([0.1, 0.2, np.inf, 0]), r"^relevance\[2\]: inf"),
        (ROWS, np.float32([0.1, 0.2, 0.3, 7.5]), r"^relevance\[3\]: 7.5 is not allowed; allowed: 0 to 1"),
        (np.where(np.arange(12).reshape(4, 3) == 4, np.nan, ROWS).astype(np.float32), SCORES, r"^vectors\[1\]"),
        (np.where(np.arange(12).reshape(4, 3) == 8, np.inf, ROWS).astype(np.float32), SCORES, r"^vectors\[2\]"),
        (2 * ROWS, SCORES, r"^vectors\[0\]: 'a row of length 2' is not allowed; allowed: finite values, unit length"),
    ],
)
def test_wrong_candidates_are_refused_by_name(vectors: np.ndarray, relevance: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        diversify(vectors, relevance, 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"k": 0}, "^k: 0 is not allowed; allowed: a whole number, at least 1"),
        ({"k": True}, "^k: True"),
        ({"k": 2.0}, "^k: 2.0"),
        ({"k": 2, "diversity": 1.5}, r"^diversity: 1.5 is not allowed; allowed: 0 \(pure relevance\) to 1"),
        ({"k": 2, "diversity": float("nan")}, "^diversity: nan"),
        ({"k": 2, "strategy": "best"}, "^strategy: 'best' is not allowed; allowed: mmr, dpp"),
    ],
)
def test_wrong_options_are_refused_by_name(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        diversify(ROWS, SCORES, **options)  # type: ignore[arg-type]
