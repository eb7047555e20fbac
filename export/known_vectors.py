"""Vectors that an earlier index has: a product whose text, labels and picture are what they were is not encoded again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment import artefacts
from assortment.contract import VECTOR_DIM

Vectors = npt.NDArray[np.float32]
Fingerprints = npt.NDArray[np.uint8]
_BYTES: Final = 16


def fingerprints(texts: Sequence[str], label_ids: npt.NDArray[np.int64], pictures: Sequence[bytes | None]) -> Fingerprints:
    """(N, 16) uint8: equal for products that the models cannot tell apart.

    Args:
        texts: (N,) what the text encoder reads.
        label_ids: (N, MAX_LABELS) what the label tower reads.
        pictures: (N,) digests of the encoded pictures, None without one.
    """
    marks = np.empty((len(texts), _BYTES), dtype=np.uint8)
    for row, (text, labels, picture) in enumerate(zip(texts, label_ids, pictures, strict=True)):
        digest = hashlib.blake2b(labels.tobytes(), digest_size=_BYTES)
        digest.update(b"\0" if picture is None else b"\1" + picture)
        digest.update(text.encode())
        marks[row] = np.frombuffer(digest.digest(), dtype=np.uint8)
    return marks


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVectors:
    """Rows of an earlier index, by what they were computed from."""

    fingerprints: Fingerprints
    """(N, 16)."""
    product_vectors: Vectors
    """(N, 256) mapped, not read."""
    label_vectors: Vectors
    """(N, 256) mapped, not read."""

    @classmethod
    def open(cls, index: Path) -> KnownVectors:
        """Of a finished ``index/<version>/``."""
        product_vectors, label_vectors = (
            np.memmap(index / name, dtype=np.float32, mode="r").reshape(-1, VECTOR_DIM) for name in artefacts.ROW_DATA
        )
        return cls(
            fingerprints=np.load(index / artefacts.FINGERPRINTS), product_vectors=product_vectors, label_vectors=label_vectors
        )

    def find(self, wanted: Fingerprints) -> npt.NDArray[np.int64]:
        """(N,) the row here that each of (N, 16) fingerprints belongs to, -1 for none."""
        row_of = {mark.tobytes(): row for row, mark in enumerate(self.fingerprints)}
        return np.array([row_of.get(mark.tobytes(), -1) for mark in wanted], dtype=np.int64)
