"""Intents made of facets, and what they are refused for."""

from __future__ import annotations

import numpy as np
import pytest

from assortment.diversify import Intents, diversify
from assortment.diversify.intents import openness
from assortment.errors import InputError

RELEVANCE = np.array([0.5, 0.5, 0.5, 0.5])


def test_a_facet_weighs_as_much_as_it_is_open() -> None:
    colour, brand = np.array([0, 1, 2, 3]), np.array([7, 7, 7, 7])
    intents = Intents.of_groups([colour, brand], RELEVANCE)
    assert intents.weights.tolist() == pytest.approx([0.25, 0.25, 0.25, 0.25, 0.0])
    assert intents.coverage.tolist() == [[1, 0, 0, 0, 1], [0, 1, 0, 0, 1], [0, 0, 1, 0, 1], [0, 0, 0, 1, 1]]
    assert openness(colour, RELEVANCE) == pytest.approx(0.75)
    assert openness(brand, RELEVANCE) == 0.0


def test_values_weigh_by_their_relevance_and_missing_ones_do_not_count() -> None:
    intents = Intents.of_groups([np.array([0, 0, 1, -1])], np.array([0.3, 0.3, 0.2, 0.9]))
    assert intents.weights.tolist() == pytest.approx([0.75, 0.25])
    assert openness(np.array([0, 0, 1, -1]), np.array([0.3, 0.3, 0.2, 0.9])) == pytest.approx(1 - 0.75**2 - 0.25**2)
    assert openness(np.array([-1, -1]), np.array([0.3, 0.3])) == 0.0


def test_what_a_query_leaves_open_weighs_facets_and_the_best_of_each_value_weighs_values() -> None:
    colour, brand, gender = np.array([0, 0, 0, 1]), np.array([4, 5, 4, 5]), np.array([1, 2, 1, 2])
    relevance = np.array([0.6, 0.6, 0.3, 0.2])
    intents = Intents.of_groups([colour, brand, gender], relevance, [0.3, 0.1, 0.0])
    by_colour, by_brand = 0.3 * (1 - 0.75**2 - 0.25**2), 0.1 * 0.5
    expected = np.array([0.75 * by_colour, 0.25 * by_colour, 0.5 * by_brand, 0.5 * by_brand]) / (by_colour + by_brand)
    assert intents.weights.tolist() == pytest.approx(expected.tolist()), "gender is not open"
    assert intents.coverage.tolist() == [[1, 0, 1, 0], [1, 0, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1]]
    assert Intents.of_groups([colour], np.zeros(4), [0.3]).weights.tolist() == [0.5, 0.5]
    assert Intents.of_groups([np.array([0, -1, -1, -1])], relevance, [0.3]).weights.tolist() == [1.0], "nothing to choose"


def test_nothing_relevant_and_no_facets_are_no_error() -> None:
    assert Intents.of_groups([], RELEVANCE).coverage.shape == (4, 0)
    assert Intents.of_groups([np.full(4, -1)], RELEVANCE).weights.shape == (0,)
    assert Intents.of_groups([np.array([0, 1, 1, 1])], np.zeros(4)).weights.tolist() == pytest.approx([0.25, 0.75])


@pytest.mark.parametrize(
    ("weights", "coverage", "told"),
    [
        ([1.0], [[1.0]] * 3, r"intents: .* coverage \(4, I\)"),
        ([0.5, 0.2], [[1.0, 0.0]] * 4, r"intents.weights: .* sum to 1"),
        ([1.0], [[1.5]] * 4, r"intents.coverage: .* 0 to 1"),
        ([float("nan")], [[1.0]] * 4, r"intents.weights"),
    ],
)
def test_wrong_intents_are_refused(weights: list[float], coverage: list[list[float]], told: str) -> None:
    intents = Intents(weights=np.array(weights), coverage=np.array(coverage))
    with pytest.raises(InputError, match=told):
        diversify(np.eye(4, dtype=np.float32), RELEVANCE, 2, strategy="xquad", intents=intents)


def test_strategies_that_need_groups_or_intents_say_so() -> None:
    for strategy in ("round_robin", "quota"):
        with pytest.raises(InputError, match=rf"^groups: None .* {strategy} chooses by groups"):
            diversify(np.eye(4, dtype=np.float32), RELEVANCE, 2, strategy=strategy)
    for strategy in ("xquad", "pm2", "calibration"):
        with pytest.raises(InputError, match=rf"^intents: None .* {strategy} chooses by intents"):
            diversify(np.eye(4, dtype=np.float32), RELEVANCE, 2, strategy=strategy)
