"""What a strategy chooses from, checked once so that no strategy checks again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from assortment.diversify.compiled import Floats, Indices, Rows, compiled, dot
from assortment.diversify.constraints import Eligibility
from assortment.diversify.facets import Facets
from assortment.diversify.intents import Intents
from assortment.errors import InputError

Vectors = npt.NDArray[Any]

_LENGTH_TOLERANCE: Final = 0.01  # of a squared length: float16 rounds a unit row by less
_RANGE_TOLERANCE: Final = 1e-3  # a score that a float16 model rounded past 0 or 1 is no reason to fail
_KNOWN: Final = (np.dtype(np.float32), np.dtype(np.float16), np.dtype(np.int8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """N candidates, how strongly to diversify them, and what every selection has to keep to."""

    vectors: Rows
    """(N, D) float32, unit or zero rows."""
    relevance: Floats
    """(N,) float64, finite, 0 to 1."""
    diversity: float
    """0 pure relevance to 1 pure diversity."""
    prefix: Indices
    """(P,) candidates that stand before all others: what earlier pages showed, then what is pinned."""
    num_shown: int
    """How many of ``prefix`` earlier pages showed; they take no room under a cap."""
    eligibility: Eligibility
    """Who may be chosen; to be copied by each run."""
    groups: Indices | None = None
    """(N,) group of each candidate, numbered from 0; -1 for none."""
    group_names: Indices | None = None
    """(N,) the same groups by the codes that the caller gave."""
    intents: Intents | None = None
    facets: Facets | None = None

    def __len__(self) -> int:
        return len(self.relevance)

    def similarity_to(self, index: int) -> Rows:
        """(N,) cosine of every candidate to one of them: one row of the N x N matrix, which is never built."""
        return _similarity(self.vectors, self.vectors[index])


def check_candidates(vectors: Vectors, relevance: npt.NDArray[Any]) -> tuple[Rows, Floats]:
    """Checks shapes, dtypes and values in one pass over the vectors.

    Returns:
        (N, D) float32 and (N,) float64, contiguous. Rows of int8 are taken for quantised unit rows and brought to unit length.

    Raises:
        InputError: naming the first row that is wrong.
    """
    if not isinstance(vectors, np.ndarray) or vectors.ndim != 2 or vectors.dtype not in _KNOWN:
        raise InputError("vectors", described(vectors), "allowed: an (N, D) array of float32, float16 or int8")
    if not isinstance(relevance, np.ndarray) or relevance.ndim != 1 or not np.issubdtype(relevance.dtype, np.floating):
        raise InputError("relevance", described(relevance), "allowed: an (N,) array of floating point numbers")
    if len(vectors) != len(relevance):
        raise InputError("relevance", f"{len(relevance)} values", f"allowed: one for each of the {len(vectors)} vectors")
    rows: Rows = np.ascontiguousarray(vectors, dtype=np.float32)
    if vectors.dtype == np.int8:
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        rows = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
    if (row := _first_wrong_row(rows, _LENGTH_TOLERANCE)) >= 0:
        length_of_row = float(np.sqrt(dot(rows[row], rows[row])))
        raise InputError(
            f"vectors[{row}]", f"a row of length {length_of_row:.4g}", "allowed: finite values, unit length (or all zero)"
        )
    within = (relevance >= -_RANGE_TOLERANCE) & (relevance <= 1.0 + _RANGE_TOLERANCE)  # False for NaN
    if not within.all():
        row = int(np.argmin(within))
        raise InputError(f"relevance[{row}]", float(relevance[row]), "allowed: 0 to 1")
    return rows, np.ascontiguousarray(relevance, dtype=np.float64)


@compiled
def _first_wrong_row(rows: Rows, tolerance: float) -> int:
    """The first row whose squared length is neither 1 nor 0; -1 when all are right. A value that is not finite shows in it."""
    for i in range(len(rows)):
        squared = dot(rows[i], rows[i])
        if not (abs(squared - 1.0) <= tolerance or squared == 0.0):
            return i
    return -1


@compiled
def _similarity(rows: Rows, row: Rows) -> Rows:
    """(N,) dot products; equal rows have equal ones, which a BLAS does not promise."""
    similarity = np.empty(len(rows), dtype=np.float32)
    for i in range(len(rows)):
        similarity[i] = dot(rows[i], row)
    return similarity


def described(value: object) -> str:
    """An argument as an error tells it."""
    if isinstance(value, np.ndarray):
        return f"array of shape {value.shape} and dtype {value.dtype}"
    return type(value).__name__
