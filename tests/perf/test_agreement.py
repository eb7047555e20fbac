"""Comparing the answers of both sides."""

from __future__ import annotations

import pytest

from perf.agreement import compare


def test_order_counts_for_identity_and_not_for_overlap() -> None:
    found = compare([["a", "b"], ["a", "b"], ["a", "b"]], [["a", "b"], ["b", "a"], ["a", "c"]])
    assert (found.answers, found.identical, found.share) == (3, 1, pytest.approx(1 / 3))
    assert found.overlap == pytest.approx((1 + 1 + 0.5) / 3)


def test_two_empty_answers_are_the_same() -> None:
    assert compare([[]], [[]]).overlap == 1.0


@pytest.mark.parametrize(("ours", "theirs"), [([], []), ([["a"]], [])])
def test_answers_to_different_queries_are_refused(ours: list[list[str]], theirs: list[list[str]]) -> None:
    with pytest.raises(ValueError, match="same queries"):
        compare(ours, theirs)
