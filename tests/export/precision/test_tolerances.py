from __future__ import annotations

import numpy as np
import pytest

from assortment.errors import StepError
from export.precision.tolerances import TOLERANCES, check, deviation

UNIT = np.eye(4, dtype=np.float32)


def test_equal_vectors_deviate_by_nothing_and_missing_pictures_are_equal() -> None:
    rows = np.concatenate([UNIT, np.zeros((1, 4), dtype=np.float32)])
    found = deviation(rows, rows)
    assert (found.largest, found.mean, found.least_cosine, found.mean_cosine) == (0.0, 0.0, 1.0, 1.0)
    assert all(found.within(tolerance) for tolerance in TOLERANCES.values())


def test_the_worst_row_counts() -> None:
    turned = UNIT.copy()
    turned[0] = [0.6, 0.8, 0.0, 0.0]
    found = deviation(turned, UNIT)
    assert found.largest == pytest.approx(0.8)
    assert found.least_cosine == pytest.approx(0.6)
    assert found.mean_cosine == pytest.approx(0.9)
    with pytest.raises(StepError, match=r"text_encoder: in int8 it differs .* up to 8\.0e-01 .* 0\.60000 at least, allowed"):
        check("text_encoder", found, "int8")


def test_no_number_is_outside() -> None:
    assert not deviation(UNIT * np.nan, UNIT).within(TOLERANCES["int8"])


def test_a_vector_that_should_be_zero_is_seen() -> None:
    assert deviation(UNIT, np.zeros_like(UNIT)).least_cosine == 0.0


def test_fewer_bits_are_allowed_more() -> None:
    allowed = [TOLERANCES[name] for name in ("float32", "float16", "int8", "pruned")]
    assert [one.difference for one in allowed] == sorted(one.difference for one in allowed)
    assert [one.cosine for one in allowed] == sorted((one.cosine for one in allowed), reverse=True)
