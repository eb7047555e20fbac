"""Product vectors of a catalogue index by product id: the space in which distances within a list are measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assortment import artefacts, manifest
from assortment.contract import VECTOR_DIM
from assortment.errors import DataError


class IndexVectors:
    """The product vectors of one index version, mapped into memory."""

    def __init__(self, row_of: dict[str, int], vectors: npt.NDArray[np.float32]) -> None:
        """``vectors`` (N, D), one row a product."""
        self._row_of = row_of
        self._vectors = vectors

    @classmethod
    def open(cls, folder: Path) -> IndexVectors:
        """Opens ``index/<version>/``.

        Raises:
            ManifestError: when the folder does not match its manifest.
            DataError: when its vectors do not belong to its ids.
        """
        manifest.verify(folder)
        ids = np.load(folder / artefacts.IDS)
        vectors = np.memmap(folder / artefacts.PRODUCT_VECTORS, dtype=np.float32, mode="r")
        if vectors.size != len(ids) * VECTOR_DIM:
            held = f"{folder / artefacts.PRODUCT_VECTORS} holds {vectors.size} numbers"
            raise DataError(f"{held}, not {len(ids)} vectors of {VECTOR_DIM}; run `assortment index` again")
        row_of = {product.decode(): row for row, product in enumerate(ids.tolist())}
        return cls(row_of, vectors.reshape(len(ids), VECTOR_DIM))

    def of(self, products: Sequence[str]) -> npt.NDArray[np.float32]:
        """(n, D) float32: the vectors of products, in their order.

        Raises:
            DataError: for a product that the index does not know.
        """
        unknown = next((product for product in products if product not in self._row_of), None)
        if unknown is not None:
            raise DataError(f"product {unknown!r} is not in the index; the results come from another catalogue or version")
        return np.asarray(self._vectors[[self._row_of[product] for product in products]])
