"""Memory-mapped tables of catalogue rows, by catalogue version.

A row number means nothing without its version. A model that maps rows keeps ``catalogues/<version>/`` folders and opens the
current and the previous one, because requests scored against the previous version may still be under way after a swap.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from assortment import artefacts
from assortment.errors import CatalogueChangingError, InputError, StepError
from assortment.serving.facet import Facet, mapped, read_facets
from assortment.serving.filter_table import FilterTable
from assortment.serving.product_words import ProductWords
from assortment.serving.word_list import WordList
from assortment_client import contract as public

KEPT_VERSIONS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTable:
    """Candidate keys to rows."""

    version: int
    keys: npt.NDArray[np.int64]
    """(N,) the key of each row."""
    key_order: npt.NDArray[np.int64]
    """(N,) argsort of ``keys``."""

    @classmethod
    def open(cls, folder: Path) -> KeyTable:
        """Maps the tables of ``folder``."""
        return cls(
            version=_index(folder)["version"],
            keys=mapped(folder / artefacts.KEYS),
            key_order=mapped(folder / artefacts.KEY_ORDER),
        )

    def rows(self, keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """(R,) rows of (R,) keys.

        Raises:
            InputError: when the catalogue does not have them all: how many, the first one and where it stands.
        """
        rows, known = self.find(keys)
        unknown = np.flatnonzero(~known)
        if len(unknown):
            first = int(unknown[0])
            raise InputError(
                public.CANDIDATE_KEY,
                int(keys[first]),
                f"it stands at position {first}, and {len(unknown)} of {len(keys)} candidates are not in catalogue version "
                f"{self.version}; allowed: keys of products of this catalogue",
            )
        return rows

    def find(self, keys: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
        """(R,) rows of (R,) keys, and which of them the catalogue has; the rows of others mean nothing."""
        places = np.searchsorted(self.keys, keys, sorter=self.key_order)
        rows: npt.NDArray[np.int64] = self.key_order[np.minimum(places, len(self.key_order) - 1)]
        return rows.astype(np.int32), self.keys[rows] == keys


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTable:
    """What the diversifier needs of each row, and how this catalogue is diversified by default."""

    version: int
    ids: npt.NDArray[np.bytes_]
    """(N,) product ids, UTF-8."""
    vectors: npt.NDArray[np.float32]
    """(N, Dd) unit rows, what it compares."""
    facets: Mapping[str, Facet]
    """What caps count and results open, by name: those of ``filters``."""
    filters: FilterTable
    """What filters and sort orders look at."""
    words: ProductWords
    """Who says which word."""
    spellings: WordList
    """How products write their words."""
    variant_groups: npt.NDArray[np.int32]
    """(N,) code of the article that a product is a variant of, -1 for none."""
    titles: npt.NDArray[np.int32]
    """(N,) code of the normalised title."""
    keys: KeyTable
    named_facets: tuple[str, ...]
    """What the entries of OPEN are about; the last one, nothing, has no name."""
    default_strategy: str
    default_diversity: float

    @classmethod
    def open(cls, folder: Path) -> ProductTable:
        """Maps the tables of ``folder``."""
        index, filters = _index(folder), FilterTable.open(folder, read_facets(folder))
        duplicates = mapped(folder / artefacts.DUPLICATE_CODES)
        return cls(
            version=index["version"],
            ids=mapped(folder / artefacts.IDS),
            vectors=mapped(folder / artefacts.DIVERSITY_VECTORS),
            facets=filters.facets,
            filters=filters,
            words=ProductWords.open(folder, num_rows=len(filters)),
            spellings=WordList.open(folder, artefacts.SPELLINGS),
            variant_groups=np.ascontiguousarray(duplicates[:, 0]),
            titles=np.ascontiguousarray(duplicates[:, 1]),
            keys=KeyTable.open(folder),
            named_facets=tuple(index["facets"]),
            default_strategy=index["default_strategy"],
            default_diversity=index["default_diversity"],
        )


class Catalogues:
    """The product tables of the newest versions in a ``catalogues/`` folder."""

    def __init__(self, folder: Path) -> None:
        """Opens the current and the previous version.

        Raises:
            StepError: when the folder holds no version.
        """
        self._folder = folder
        self._tables: dict[int, ProductTable] = {}
        self._open_newest()
        if not self._tables:
            raise StepError(f"{folder} holds no catalogue version; assemble the model repository again: assortment assemble")

    def version(self, version: int) -> ProductTable:
        """The tables of one version. One that was put in place after start is opened when it is first asked for.

        Raises:
            CatalogueChangingError: when it is neither open nor in place.
        """
        if version not in self._tables:
            self._open_newest()
        try:
            return self._tables[version]
        except KeyError:
            known = ", ".join(map(str, sorted(self._tables)))
            raise CatalogueChangingError(
                f"catalogue changing: the answer was scored against version {version}, tables here are of {known}; try again"
            ) from None

    def _open_newest(self) -> None:
        newest = sorted(versions(self._folder))[-KEPT_VERSIONS:]
        self._tables = {v: self._tables.get(v) or ProductTable.open(self._folder / str(v)) for v in newest}


def versions(folder: Path) -> list[int]:
    """Version numbers that have a finished folder (its index is written last) in ``folder``."""
    return [int(path.name) for path in folder.glob("*") if path.name.isdecimal() and (path / artefacts.INDEX).is_file()]


def newest(folder: Path) -> Path:
    """The folder of the highest version.

    Raises:
        StepError: when there is none.
    """
    numbers = [int(path.name) for path in folder.glob("*") if path.name.isdecimal()]
    if not numbers:
        raise StepError(f"{folder} holds no version; assemble the model repository again: assortment assemble")
    return folder / str(max(numbers))


def _index(folder: Path) -> dict[str, Any]:
    index: dict[str, Any] = json.loads((folder / artefacts.INDEX).read_text(encoding="utf-8"))
    return index
