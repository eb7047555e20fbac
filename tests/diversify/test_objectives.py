"""Every strategy's steps against its docstring, written out slowly in float64, with pages before, pins and caps as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from assortment.diversify import STRATEGIES, Cap, Constraints, Facets, Intents, diversify
from assortment.diversify.dpp import SHRINKAGE
from assortment.diversify.dpp_window import WINDOW

NUM = 14
TOLERANCE = 1e-4  # of an objective; cosines are float32
OPEN = (0.5, 0.3)  # how likely the two facets of every query are open
FLOOR = 1e-6  # of a residual; closer to the span of those chosen its logarithm is rounding


@dataclass(frozen=True)
class Query:
    """A few candidates, some of them opposites, and what groups and intents know of them."""

    vectors: np.ndarray
    relevance: np.ndarray
    cosines: np.ndarray  # (N, N) float64
    groups: np.ndarray
    weights: np.ndarray
    coverage: np.ndarray

    @classmethod
    def random(cls, seed: int) -> Query:
        rng = np.random.default_rng(seed)
        rows = rng.normal(size=(NUM, 16)) + rng.normal(size=16)
        rows *= rng.choice([-1.0, 1.0], size=(NUM, 1), p=[0.2, 0.8])
        vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        cosines = vectors.astype(np.float64) @ vectors.T.astype(np.float64)
        coverage = np.where(rng.random((NUM, 4)) < 0.5, rng.random((NUM, 4)), 0.0)
        return cls(vectors, rng.random(NUM), cosines, rng.integers(-1, 3, NUM), rng.dirichlet(np.ones(4)), coverage)


Novelty = Callable[[Query, list[int], int], float]


def mmr(query: Query, before: list[int], i: int) -> float:
    return -max((query.cosines[i, j] for j in before), default=0.0)


def mmr_clipped(query: Query, before: list[int], i: int) -> float:
    return -max((max(query.cosines[i, j], 0.0) for j in before), default=0.0)


def max_sum(query: Query, before: list[int], i: int) -> float:
    return sum(1.0 - query.cosines[i, j] for j in before) / 10


def residual(similarity: np.ndarray, before: list[int], i: int) -> float:
    """What the determinant of ``before`` is multiplied by when ``i`` joins."""
    similarity = similarity.copy()
    np.fill_diagonal(similarity, 1.0)
    with_it, without = (np.linalg.slogdet(similarity[np.ix_(items, items)]).logabsdet for items in ([*before, i], before))
    return float(np.exp(with_it - without))


def dpp(query: Query, before: list[int], i: int) -> float:
    return float(np.log(residual(SHRINKAGE * query.cosines, before, i)))


def dpp_published(query: Query, before: list[int], i: int) -> float:
    return float(np.log(residual(query.cosines, before, i)))


def dpp_window(query: Query, before: list[int], i: int) -> float:
    return dpp(query, before[-WINDOW:], i)


def ssd(query: Query, before: list[int], i: int) -> float:
    return float(np.sqrt(residual((1.0 + query.cosines) / 2.0, before, i)))


def cover(query: Query, before: list[int], i: int) -> float:
    covers = np.maximum(query.cosines, 0.0)
    return float(np.mean(np.sqrt(covers[[*before, i]].sum(axis=0)) - np.sqrt(covers[before].sum(axis=0))))


def xquad(query: Query, before: list[int], i: int) -> float:
    return float(np.sum(query.weights * query.coverage[i] * np.prod(1.0 - query.coverage[before], axis=0)))


def pm2(query: Query, before: list[int], i: int) -> float:
    seats = np.zeros(4)
    for j in before:
        if query.coverage[j].sum() > 0.0:
            seats += query.coverage[j] / query.coverage[j].sum()
    quotient = query.weights / (2.0 * seats + 1.0)
    leading = int(quotient.argmax())
    served = quotient * query.coverage[i]
    mixed = 0.5 * served[leading] + 0.5 * (served.sum() - served[leading])
    return float(query.relevance[i] * mixed / quotient[leading])


def calibration(query: Query, before: list[int], i: int) -> float:
    shares = np.zeros(4)
    for j in [*before, i]:
        if query.coverage[j].sum() > 0.0:
            shares += query.coverage[j] / query.coverage[j].sum()
    smooth = 0.99 * shares / (len(before) + 1) + 0.01 * query.weights
    return -float(np.sum(query.weights * np.log(query.weights / smooth)))


def expected_alpha(query: Query, before: list[int], i: int) -> float:
    """The group is open with 0.5, the parity of the place with 0.3; with 0.2 nothing is."""
    gain = 0.2
    for open_, values in zip(OPEN, (query.groups, np.arange(NUM) % 2), strict=True):
        gain += open_ * np.prod([1.0 - 0.5 * query.relevance[j] for j in before if values[j] == values[i]])
    return float(query.relevance[i] * gain)


def round_robin(query: Query, before: list[int], i: int) -> float:
    return -float(query.groups[i] >= 0 and sum(query.groups[j] == query.groups[i] for j in before))


def quota(query: Query, before: list[int], i: int) -> float:
    grouped = query.relevance[query.groups >= 0].sum()
    earned = query.relevance[query.groups == query.groups[i]].sum() / grouped if query.groups[i] >= 0 and grouped > 0 else 0.0
    return float(earned * (len(before) + 1) - sum(query.groups[j] == query.groups[i] for j in before))


BY_VECTORS = (mmr, mmr_clipped, max_sum, dpp, dpp_published, dpp_window, ssd, cover)
BY_FACETS = (xquad, pm2, calibration, round_robin, quota, expected_alpha)
NOVELTIES: dict[str, Novelty] = {novelty.__name__: novelty for novelty in (*BY_VECTORS, *BY_FACETS)}
STARTS_WITH_THE_BEST = {"mmr", "mmr_clipped", "max_sum", "dpp", "dpp_published", "dpp_window", "ssd"}


def test_every_strategy_has_an_objective_here() -> None:
    assert set(NOVELTIES) == set(STRATEGIES)


@pytest.mark.parametrize("strategy", STRATEGIES)
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), diversity=st.floats(0.05, 1.0), ruled=st.booleans())
def test_every_step_has_the_largest_objective_of_those_that_may_be_chosen(
    strategy: str, seed: int, diversity: float, ruled: bool
) -> None:
    query = Query.random(seed)
    brands = np.arange(NUM) % 5
    caps = [Cap(name="brand", groups=brands, most=2)]
    rules = Constraints(caps=caps, pinned=[3], excluded=[5, 6], shown=[1, 2]) if ruled else Constraints()
    page = diversify(
        query.vectors,
        query.relevance,
        12,
        strategy=strategy,
        diversity=diversity,
        groups=query.groups,
        intents=Intents(weights=query.weights, coverage=query.coverage),
        facets=Facets(open=np.array(OPEN), values=np.stack([query.groups, np.arange(NUM) % 2])),
        constraints=rules,
    )
    before = list(rules.shown)
    for place, index in enumerate(page.indices.tolist()):
        full = Counter(brands[page.indices[:place]].tolist()) if ruled else Counter()
        may = [i for i in range(NUM) if i not in before and i not in rules.excluded and full[brands[i]] < 2]
        novelty = {i: NOVELTIES[strategy](query, before, i) for i in may}
        objective = {i: (1.0 - diversity) * query.relevance[i] + diversity * novelty[i] for i in may}
        if not before and strategy in STARTS_WITH_THE_BEST:
            assert query.relevance[index] == max(query.relevance)
        elif place >= len(rules.pinned):
            assert objective[index] == pytest.approx(max(objective.values()), abs=TOLERANCE)
        if before or strategy not in STARTS_WITH_THE_BEST:
            assert page.gains[place] == pytest.approx(objective[index], abs=TOLERANCE)
        before.append(index)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), diversity=st.floats(0.05, 1.0))
def test_the_window_of_dpp_forgets_what_is_more_than_its_width_back(seed: int, diversity: float) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(40, 12)) + rng.normal(size=12)
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    similarity = SHRINKAGE * vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    relevance = rng.random(40)
    chosen = diversify(vectors, relevance, 3 * WINDOW, strategy="dpp_window", diversity=diversity).indices.tolist()
    for place in (WINDOW, WINDOW + 1, 2 * WINDOW, 3 * WINDOW - 1):
        left = [i for i in range(40) if i not in chosen[:place]]
        recent = chosen[place - WINDOW : place]
        objective = {
            i: (1 - diversity) * relevance[i] + diversity * np.log(max(residual(similarity, recent, i), FLOOR)) for i in left
        }
        assert objective[chosen[place]] == pytest.approx(max(objective.values()), abs=10 * TOLERANCE)
