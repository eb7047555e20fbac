"""What the measures take, and what they refuse."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from assortment.errors import InputError

Grades = Mapping[str, int]
"""Product id to grade, a whole number of at least 0."""
Subtopics = Mapping[str, Collection[str]]
"""Product id to the subtopics that it covers, each once."""
Floats = npt.NDArray[np.floating[Any]]


def top(ranking: Sequence[str], k: int | None) -> Sequence[str]:
    """The first ``k`` products of a ranking; all of them when ``k`` is None.

    Raises:
        InputError: when ``k`` is not a whole number of at least 1, or a product stands among them twice.
    """
    if k is not None:
        check_count("k", k)
    shown = ranking[:k]
    if len(set(shown)) < len(shown):
        twice = next(product for place, product in enumerate(shown) if product in shown[:place])
        raise InputError("ranking", twice, "a ranking names each product once")
    return shown


def check_count(field: str, value: int) -> None:
    """Refuses what is not a whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise InputError(field, value, "allowed: a whole number, at least 1")


def check_grades(grades: Grades) -> None:
    """Refuses grades below 0 and those that are no whole numbers."""
    for grade in grades.values():
        if not isinstance(grade, int | np.integer) or grade < 0:
            raise InputError("grades", grade, "allowed: whole numbers from 0")


def check_share(field: str, value: float, *, ends: bool) -> None:
    """Refuses what does not lie between 0 and 1; ``ends``: whether 0 and 1 themselves are allowed."""
    if not (0 <= value <= 1 if ends else 0 < value < 1):
        raise InputError(field, value, f"allowed: 0 to 1{'' if ends else ', both excluded'}")


def check_weights(field: str, values: Collection[float]) -> None:
    """Refuses weights below 0 and those that are not finite."""
    for value in values:
        if not (math.isfinite(value) and value >= 0):
            raise InputError(field, value, "allowed: finite numbers from 0")


def unit_rows(field: str, vectors: Floats) -> npt.NDArray[np.float64]:
    """(n, D) float64: the rows of ``vectors`` (n, D) at unit length; a zero row stays zero.

    Raises:
        InputError: when ``vectors`` is no matrix or holds a number that is not finite.
    """
    exact = np.asarray(vectors, dtype=np.float64)
    if exact.ndim != 2:
        raise InputError(field, f"shape {exact.shape}", "allowed: one row a product, shape (n, D)")
    if not np.isfinite(exact).all():
        raise InputError(field, float(exact[~np.isfinite(exact)][0]), "allowed: finite numbers")
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    return np.divide(exact, lengths, out=np.zeros_like(exact), where=lengths > 0)
