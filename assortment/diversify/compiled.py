"""Compiling the inner loops, and what they share. The only module that knows Numba.

Machine code is cached beside the source, or in ``NUMBA_CACHE_DIR``; where neither can be written (a read-only root, an
unprivileged user) each process compiles for itself, a few seconds that ``warm_up`` spends before a server is ready.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

F = TypeVar("F", bound=Callable[..., Any])
Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Rows = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_OPTIONS: Final[dict[str, Any]] = {"nogil": True, "error_model": "numpy"}  # nogil: a server's other threads go on meanwhile


def compiled(function: F) -> F:
    """``function`` as machine code, compiled when first called. It keeps the order of floating point operations."""
    return _compile(function, fastmath=False)


def compiled_sums(function: F) -> F:
    """As ``compiled``, but sums may be taken in any order, which lets them use vector instructions. NaN stays NaN."""
    return _compile(function, fastmath={"reassoc", "contract"})


def _compile(function: F, *, fastmath: bool | set[str]) -> F:
    try:
        fast = numba.njit(function, cache=True, fastmath=fastmath, **_OPTIONS)
    except RuntimeError:  # there is no folder to cache in
        fast = numba.njit(function, fastmath=fastmath, **_OPTIONS)
    return cast(F, fast)


@compiled_sums
def dot(a: Rows, b: Rows) -> np.float32:
    """The dot product of two rows (D,)."""
    total = np.float32(0.0)
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


@compiled
def take(index: int, open_: Mask, codes: Indices, room: Indices) -> None:
    """Takes a candidate: closes it, and everything in a group that is full now.

    Args:
        index: of the candidate.
        open_: (N,) who may still be chosen; changed.
        codes: (G, N) group of each candidate by each cap, -1 for none.
        room: (G, V) how many each group may still have; changed.
    """
    open_[index] = False
    for cap in range(len(codes)):
        group = codes[cap, index]
        if group >= 0:
            room[cap, group] -= 1
            if room[cap, group] == 0:
                for i in range(len(open_)):
                    if codes[cap, i] == group:
                        open_[i] = False


@compiled
def most_relevant(relevance: Floats, open_: Mask) -> int:
    """The open candidate of highest relevance, of equals the first; -1 when none is open."""
    best, best_relevance = -1, -np.inf
    for i in range(len(relevance)):
        if open_[i] and relevance[i] > best_relevance:
            best, best_relevance = i, relevance[i]
    return best


@compiled
def most_promising(bound: Floats, open_: Mask) -> int:
    """The open candidate with the highest bound; -1 when none is open."""
    best = -1
    for i in range(len(bound)):
        if open_[i] and (best < 0 or bound[i] > bound[best]):
            best = i
    return best
