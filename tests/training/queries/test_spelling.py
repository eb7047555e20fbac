from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.queries.spelling import NEIGHBOURS, misspell


def test_neighbours_lie_beside_each_other() -> None:
    assert NEIGHBOURS["g"] == "bfhtvy"
    assert all(letter in NEIGHBOURS[other] for letter, others in NEIGHBOURS.items() for other in others)


@given(st.lists(st.text("abcdefghij", min_size=1, max_size=9), min_size=1, max_size=5), st.integers(0, 99))
def test_one_word_changes_by_one_slip(words: list[str], seed: int) -> None:
    text = " ".join(words)
    typed = misspell(text, np.random.default_rng(seed)).split()
    changed = [(was, now) for was, now in zip(words, typed, strict=True) if was != now]
    assert len(changed) <= 1
    for was, now in changed:
        assert len(was) >= 5
        assert abs(len(was) - len(now)) <= 1
        assert was[0] == now[0]
