from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.metrics import bootstrap_mean, paired_bootstrap, pigeonhole_bootstrap


def test_the_interval_of_a_mean_is_that_of_the_normal_for_many_values() -> None:
    values = np.random.default_rng(0).normal(0.5, 0.2, size=400)
    found = bootstrap_mean(values.tolist(), seed=1)
    error = 1.96 * values.std() / math.sqrt(400)
    assert found.mean == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - error, abs=0.002)
    assert found.high == pytest.approx(values.mean() + error, abs=0.002)
    assert found == bootstrap_mean(values.tolist(), seed=1)
    assert found != bootstrap_mean(values.tolist(), seed=2)


def test_pairing_sees_a_small_gain_that_intervals_of_means_hide() -> None:
    theirs = np.random.default_rng(0).random(200)
    ours = (theirs + 0.01).tolist()
    gain = paired_bootstrap(ours, theirs.tolist())
    assert gain.mean == pytest.approx(0.01)
    assert gain.low > 0
    assert bootstrap_mean(ours).low < bootstrap_mean(theirs.tolist()).high


def test_the_luck_of_a_run_widens_the_interval() -> None:
    generator = np.random.default_rng(0)
    queries = generator.normal(0.0, 0.1, size=300)
    luck = generator.normal(0.0, 0.05, size=20)
    found = pigeonhole_bootstrap((queries + luck[:, None]).tolist(), seed=1)
    error = 1.96 * math.sqrt(queries.var() / 300 + luck.var() / 20)
    assert found.mean == pytest.approx(queries.mean() + luck.mean())
    assert (found.high - found.low) / 2 == pytest.approx(error, rel=0.15)
    assert found.num_queries == 300
    alone = pigeonhole_bootstrap([queries.tolist()], seed=1)
    over_queries = bootstrap_mean(queries.tolist(), seed=1)
    assert (alone.low, alone.high) == pytest.approx((over_queries.low, over_queries.high), abs=0.001)


@pytest.mark.parametrize("values", [[], [[]], [[1.0], [1.0, 2.0]], [[math.nan]]])
def test_runs_must_be_of_the_same_queries(values: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="values"):
        pigeonhole_bootstrap(values)


def test_pairs_must_match() -> None:
    with pytest.raises(ValueError, match="2 and 1"):
        paired_bootstrap([1, 2], [1])


def test_no_values_have_no_mean() -> None:
    found = bootstrap_mean([])
    assert math.isnan(found.mean)
    assert found.num_queries == 0


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=20))
def test_the_interval_lies_within_the_values_and_around_the_middle(values: list[float]) -> None:
    found = bootstrap_mean(values, num_resamples=200)
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert found.num_queries == len(values)


def test_wrong_input_is_named() -> None:
    with pytest.raises(ValueError, match="values: nan is not allowed"):
        bootstrap_mean([0.5, math.nan])
    with pytest.raises(ValueError, match="confidence: 1 is not allowed; allowed: 0 to 1, both excluded"):
        bootstrap_mean([0.5], confidence=1)
    with pytest.raises(ValueError, match="num_resamples: 0 is not allowed"):
        bootstrap_mean([0.5], num_resamples=0)
