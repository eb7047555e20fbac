"""The plot: round ticks, every point told, the default ringed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.page import SweepPoint
from demo.plot import nice_ticks, relevance_diversity

POINTS = [
    SweepPoint(strategy=strategy, diversity=step / 4, ndcg=0.7 - step * cost, alpha_ndcg=0.6 + step * 0.01)
    for strategy, cost in (("mmr", 0.004), ("dpp", 0.006))
    for step in range(5)
]


@given(st.floats(0, 1), st.floats(0, 1))
def test_ticks_cover_the_values_with_few_round_steps(one: float, other: float) -> None:
    low, high = sorted((one, other))
    ticks = nice_ticks(low, high)
    assert ticks[0] <= low + 1e-9
    assert ticks[-1] >= high - 1e-9
    assert 1 <= len(ticks) <= 8


def test_every_point_is_drawn_and_told() -> None:
    svg = relevance_diversity(POINTS, ("mmr", 0.5))
    assert svg.count("<title>") == len(POINTS)
    assert svg.count("<polyline") == 2
    assert "mmr, diversity 0.5: ndcg 0.6920, alpha_ndcg 0.6200" in svg


def test_the_default_is_ringed_where_it_lies() -> None:
    svg = relevance_diversity(POINTS, ("dpp", 0.5))
    ring = re.search(r'<circle class="chosen" (cx="[\d.]+" cy="[\d.]+")', svg)
    assert ring
    assert f'<circle class="point s1" {ring[1]}' in svg


@pytest.mark.parametrize("points", [POINTS[:1], [POINTS[0]] * 3])
def test_a_sweep_without_extent_still_has_a_plot(points: list[SweepPoint]) -> None:
    assert "nan" not in relevance_diversity(points, ("mmr", 0.0)).lower()
