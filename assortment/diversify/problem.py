"""What a strategy chooses from, checked once so that no strategy checks again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from assortment.errors import InputError

Float = npt.NDArray[np.floating[Any]]

_LENGTH_TOLERANCE: Final = 0.01  # of a squared length: float16 rounds a unit row by less
_RANGE_TOLERANCE: Final = 1e-3  # a score that a float16 model rounded past 0 or 1 is no reason to fail


@dataclass(frozen=True, slots=True)
class Candidates:
    """N candidates that passed ``check``."""

    vectors: npt.NDArray[np.float32]
    """(N, D), unit or zero rows."""
    relevance: npt.NDArray[np.float64]
    """(N,), finite, 0 to 1."""

    def __len__(self) -> int:
        return len(self.relevance)

    def similarity_to(self, index: int) -> npt.NDArray[np.float32]:
        """(N,) cosine of every candidate to one of them: one row of the N x N matrix, which is never built."""
        similarity: npt.NDArray[np.float32] = self.vectors @ self.vectors[index]
        return similarity


def check(vectors: Float, relevance: Float) -> Candidates:
    """Checks shapes, dtypes and values in one pass over the vectors.

    Raises:
        InputError: naming the first row that is wrong.
    """
    if not isinstance(vectors, np.ndarray) or vectors.ndim != 2 or vectors.dtype not in (np.float32, np.float16):
        raise InputError("vectors", _described(vectors), "allowed: an (N, D) array of float32 or float16")
    if not isinstance(relevance, np.ndarray) or relevance.ndim != 1 or not np.issubdtype(relevance.dtype, np.floating):
        raise InputError("relevance", _described(relevance), "allowed: an (N,) array of floating point numbers")
    if len(vectors) != len(relevance):
        raise InputError("relevance", f"{len(relevance)} values", f"allowed: one for each of the {len(vectors)} vectors")
    single = np.ascontiguousarray(vectors, dtype=np.float32)
    squared_length = np.einsum("nd,nd->n", single, single)  # not finite when any value of the row is not
    usable = (np.abs(squared_length - 1.0) <= _LENGTH_TOLERANCE) | (squared_length == 0.0)
    if not usable.all():
        row = int(np.argmin(usable))
        length = float(np.sqrt(squared_length[row]))
        raise InputError(f"vectors[{row}]", f"a row of length {length:.4g}", "allowed: finite values, unit length (or all zero)")
    within = (relevance >= -_RANGE_TOLERANCE) & (relevance <= 1.0 + _RANGE_TOLERANCE)  # False for NaN
    if not within.all():
        row = int(np.argmin(within))
        raise InputError(f"relevance[{row}]", float(relevance[row]), "allowed: 0 to 1")
    return Candidates(single, relevance.astype(np.float64))


def _described(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"array of shape {value.shape} and dtype {value.dtype}"
    return type(value).__name__
