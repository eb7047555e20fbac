"""Caps, pinned, excluded and shown candidates: kept by every strategy, or refused, or told."""

from __future__ import annotations

from collections import Counter

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from assortment.diversify import STRATEGIES, Cap, Constraints, diversify
from assortment.errors import InputError

strategies = st.sampled_from(sorted(STRATEGIES))
seeds = st.integers(0, 2**32 - 1)


def problem(seed: int, number: int = 30) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit rows, relevance and groups, some in none."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(number, 12)) + rng.normal(size=12)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), rng.random(number), rng.integers(-1, 5, number)


@given(strategy=strategies, seed=seeds, diversity=st.floats(0, 1), most=st.integers(1, 4), k=st.integers(1, 30))
def test_caps_are_never_broken_and_a_short_page_says_so(strategy: str, seed: int, diversity: float, most: int, k: int) -> None:
    vectors, relevance, groups = problem(seed)
    caps = Constraints(caps=[Cap(name="brand", groups=groups, most=most)])
    page = diversify(vectors, relevance, k, strategy=strategy, diversity=diversity, groups=groups, constraints=caps)
    counts = Counter(groups[page.indices].tolist())
    assert all(number <= most for group, number in counts.items() if group >= 0)
    full = sum(min(number, most) if group >= 0 else number for group, number in Counter(groups.tolist()).items())
    assert len(page) == min(k, full)
    assert page.unmet == ("" if len(page) == k else f"{len(page)} of {k}: at most {most} of a brand")


@given(strategy=strategies, seed=seeds, diversity=st.floats(0, 1))
def test_pinned_stand_first_excluded_nowhere_shown_never_again(strategy: str, seed: int, diversity: float) -> None:
    vectors, relevance, groups = problem(seed)
    rules = Constraints(pinned=[7, 3], excluded=[0, 1, 2], shown=[10, 11])
    page = diversify(vectors, relevance, 10, strategy=strategy, diversity=diversity, groups=groups, constraints=rules)
    assert page.indices[:2].tolist() == [7, 3]
    assert not {0, 1, 2, 10, 11} & set(page.indices.tolist())
    assert len(set(page.indices.tolist())) == 10


@given(strategy=strategies, seed=seeds, diversity=st.floats(0, 1), first=st.integers(1, 10), second=st.integers(1, 10))
def test_page_two_is_what_a_longer_page_one_would_go_on_with(
    strategy: str, seed: int, diversity: float, first: int, second: int
) -> None:
    vectors, relevance, groups = problem(seed)

    def page(k: int, shown: list[int]) -> list[int]:
        rules = Constraints(shown=shown)
        chosen = diversify(vectors, relevance, k, strategy=strategy, diversity=diversity, groups=groups, constraints=rules)
        return chosen.indices.tolist()

    whole = page(first + second, [])
    assert page(first, []) == whole[:first]
    assert page(second, whole[:first]) == whole[first:]


def test_shown_candidates_take_no_room_under_a_cap_and_pinned_ones_do() -> None:
    vectors, relevance = np.eye(4, dtype=np.float32), np.array([0.9, 0.8, 0.7, 0.6])
    cap = Cap(name="brand", groups=np.array([0, 0, 0, 1]), most=1)
    shown = diversify(vectors, relevance, 2, diversity=0.1, constraints=Constraints(caps=[cap], shown=[0]))
    pinned = diversify(vectors, relevance, 2, diversity=0.1, constraints=Constraints(caps=[cap], pinned=[0]))
    assert shown.indices.tolist() == [1, 3]
    assert pinned.indices.tolist() == [0, 3]


def test_a_pinned_candidate_that_was_shown_is_not_repeated() -> None:
    vectors, relevance = np.eye(3, dtype=np.float32), np.array([0.9, 0.8, 0.7])
    page = diversify(vectors, relevance, 3, constraints=Constraints(pinned=[2], shown=[2]))
    assert page.indices.tolist() == [0, 1]
    assert page.unmet == "2 of 3: no more candidates beside those excluded or shown before"


GROUPS = np.array([0, 0, 1])


@pytest.mark.parametrize(
    ("constraints", "told"),
    [
        (Constraints(pinned=[3]), r"pinned\[0\]: 3 is not allowed; allowed: whole numbers from 0 on, below 3"),
        (Constraints(excluded=[-1]), r"excluded\[0\]: -1"),
        (Constraints(shown=[1, 1]), r"shown: \[1, 1\] .* every candidate once"),
        (Constraints(pinned=[1], excluded=[1]), "pinned: 1 is not allowed; allowed: candidates that are not excluded"),
        (Constraints(caps=[Cap(name="brand", groups=GROUPS, most=0)]), r"caps\[brand\].most: 0"),
        (Constraints(caps=[Cap(name="brand", groups=GROUPS[:2], most=1)]), r"caps\[brand\].groups: .* \(3,\) whole numbers"),
        (Constraints(caps=[Cap(name="brand", groups=np.array([0, 0, -2]), most=1)]), r"caps\[brand\].groups: -2"),
        (Constraints(caps=[Cap(name="brand", groups=GROUPS, most=1)], pinned=[0, 1]), "pinned: '2 candidates of one brand'"),
        (Constraints(pinned=[0, 1, 2]), "pinned: '3 candidates' is not allowed; allowed: at most k, 2"),
    ],
)
def test_what_cannot_be_kept_is_refused(constraints: Constraints, told: str) -> None:
    with pytest.raises(InputError, match=told):
        diversify(np.eye(3, dtype=np.float32), np.array([0.9, 0.8, 0.7]), 2, constraints=constraints)
