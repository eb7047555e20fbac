"""Negatives from knowledge: products of the types that the knowledge base names as siblings of the wished one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from assortment.catalogue.facets import FacetTable
from training.data import Drawn, Places
from training.knowledge.base import Knowledge
from training.queries import TrainingQuery


class SiblingNegatives:
    """Draws for every query of a batch that names a type."""

    def __init__(self, knowledge: Knowledge, table: FacetTable, rows: npt.NDArray[np.int64], number: int) -> None:
        """``number`` of products for each query, of the catalogue's training ``rows`` (T,)."""
        self._types = knowledge.types
        self._column = table.column("type")
        self._codes, self.number = self._column.codes[rows], number

    def __call__(self, drawn: Drawn, generator: np.random.Generator) -> list[Places]:
        """Of each query, among what has grade 0: a sibling that has all else that is wished is graded. Fewer where fewer are."""
        found = []
        for query, grade in zip(drawn.queries, drawn.graded, strict=True):
            codes = [self._column.code(name) for name in self._siblings(query)]
            group = np.flatnonzero(np.isin(self._codes, codes) & (grade == 0))
            found.append(generator.choice(group, size=min(self.number, len(group)), replace=False))
        return found

    def _siblings(self, query: TrainingQuery) -> list[str]:
        """Of all types that the words may mean, and none of these."""
        meant = {meaning["type"] for meaning in (query.wish, *query.further) if "type" in meaning}
        siblings = {sibling for name in meant & self._types.keys() for sibling in self._types[name].siblings}
        return sorted(siblings - meant)
