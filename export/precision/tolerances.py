"""How far a model may stray from PyTorch in each precision: the one table, for export, tests and ``make recipes``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.errors import StepError

Values = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """Limits of one precision."""

    difference: float
    """Largest absolute difference of any output number."""
    cosine: float
    """Smallest cosine between a vector and PyTorch's."""


TOLERANCES: Final[Mapping[str, Tolerance]] = {
    "float32": Tolerance(difference=1e-4, cosine=0.99999),
    "float16": Tolerance(difference=1e-2, cosine=0.9995),
    "int8": Tolerance(difference=0.5, cosine=0.9),
    "pruned": Tolerance(difference=0.75, cosine=0.75),
}
"""By precision, or size. float16 has 11 bits: 1e-3 of a number in each of some sixty layers. For 8 bits and pruned encoders these
are bounds against a broken file; what decides whether one ships is the loss of ndcg@10 on the dev queries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """How far outputs are from PyTorch's."""

    largest: float
    """Absolute difference."""
    mean: float
    """The same, over all numbers."""
    least_cosine: float
    mean_cosine: float

    def within(self, tolerance: Tolerance) -> bool:
        """Whether both limits are kept; no number is not."""
        return self.largest <= tolerance.difference and self.least_cosine >= tolerance.cosine


def deviation(found: Values, expected: Values) -> Deviation:
    """Compares outputs (B, D) with PyTorch's; rows that are zero in both, of missing pictures, have a cosine of 1."""
    difference = np.abs(found - expected)
    lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(expected, axis=1)
    both_zero = (np.abs(found).max(axis=1) == 0.0) & (np.abs(expected).max(axis=1) == 0.0)
    cosine = np.where(both_zero, 1.0, (found * expected).sum(axis=1) / np.maximum(lengths, 1e-12))
    return Deviation(
        largest=float(difference.max()),
        mean=float(difference.mean()),
        least_cosine=float(cosine.min()),
        mean_cosine=float(cosine.mean()),
    )


def check(what: str, found: Deviation, precision: str) -> None:
    """Checks a deviation against the table.

    Raises:
        StepError: naming the model and its figures when it is outside.
    """
    allowed = TOLERANCES[precision]
    if not found.within(allowed):
        raise StepError(
            f"{what}: in {precision} it differs from float32 by up to {found.largest:.1e} and has a cosine of "
            f"{found.least_cosine:.5f} at least, allowed: {allowed.difference:.0e} and {allowed.cosine}"
        )
