"""Collapsing duplicates: of the variants of one article only the best stands in a list, and says how many it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assortment.diversify.compiled import Indices, Rows
from assortment.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Collapsed:
    """Which candidates are left."""

    kept: Indices
    """(n,) ascending positions of the best of each set of duplicates, and of everything that has none."""
    counts: npt.NDArray[np.int32]
    """(n,) how many others each of them stands for."""


def collapse(
    vectors: Rows,
    relevance: npt.NDArray[np.floating[Any]],
    *,
    groups: Sequence[npt.NDArray[np.integer[Any]]] = (),
    threshold: float | None = None,
    first: int = 0,
) -> Collapsed:
    """Keeps the most relevant of candidates that are the same thing.

    From the most relevant one down, a candidate is a duplicate when one that is kept shares a group with it or, where none does,
    when its largest cosine to those kept is at least ``threshold``. It counts where the first of its groups is kept, or at the
    nearest one. Duplicates of duplicates are not followed.

    Args:
        vectors: (N, D) float32 unit rows; looked at with a threshold only.
        relevance: (N,).
        groups: (N,) codes each, -1 for none: variants of one article, equal titles.
        threshold: above 0, at most 1; None compares no vectors.
        first: this many candidates at the start are kept whatever they share: pinned ones, and those of earlier pages.

    Raises:
        InputError: when ``threshold`` is not allowed.
    """
    if threshold is not None and not 0.0 < threshold <= 1.0:
        raise InputError("threshold", threshold, "allowed: above 0, at most 1")
    order = np.concatenate([np.arange(first), first + np.argsort(-relevance[first:], kind="stable")]).astype(np.int64)
    stands_for: dict[tuple[int, int], int] = {}  # (which codes, code) to the candidate kept of it
    counts = np.zeros(len(relevance), dtype=np.int32)
    kept: list[int] = []
    for index in order.tolist():
        shared = [(which, int(codes[index])) for which, codes in enumerate(groups) if codes[index] >= 0]
        original = next((stands_for[group] for group in shared if group in stands_for), -1)
        if original < 0 and threshold is not None and kept:
            cosines = vectors[kept] @ vectors[index]
            nearest = int(cosines.argmax())
            original = kept[nearest] if cosines[nearest] >= threshold else -1
        if original < 0 or index < first:
            kept.append(index)
            for group in shared:
                stands_for.setdefault(group, index)
        else:
            counts[original] += 1
    left = np.sort(np.asarray(kept, dtype=np.int64))
    return Collapsed(kept=left, counts=counts[left])
