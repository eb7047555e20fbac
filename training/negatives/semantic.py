"""Semantic negatives: products that share one facet with a wish but not another.

One of the two is what the query is about, so of "red shirt" they are shirts in another colour and red things of another type. The
former have a grade, but a lower one than answers; the latter have none, unless they are siblings that have all else.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from assortment.catalogue.facets import MISSING, FacetTable, Mask
from assortment.protocol.grades import anchor, satisfies
from training.data import Drawn, Places
from training.queries import TrainingQuery


class SemanticNegatives:
    """Draws for every query of a batch."""

    def __init__(self, table: FacetTable, rows: npt.NDArray[np.int64], number: int) -> None:
        """``number`` of products for each query, of the catalogue's training ``rows`` (T,)."""
        self._table, self._rows, self.number = table, rows, number

    def __call__(self, drawn: Drawn, generator: np.random.Generator) -> list[Places]:
        """Of each query, as many of each pair of facets as there are pairs for; fewer where fewer are."""
        pairs = zip(drawn.queries, drawn.graded, strict=True)
        return [self._draw(query, grade, generator) for query, grade in pairs]

    def _draw(self, query: TrainingQuery, grade: npt.NDArray[np.int8], generator: np.random.Generator) -> Places:
        lesser = grade < grade.max()
        groups = [np.flatnonzero(shared & lacking & lesser) for shared, lacking in self._pairs(query)]
        chosen = [generator.choice(group, size=min(self.number, len(group)), replace=False) for group in groups]
        generator.shuffle(chosen)
        in_turn = [int(group[i]) for i in range(self.number) for group in chosen if i < len(group)]
        return np.array(list(dict.fromkeys(in_turn))[: self.number], dtype=np.int64)

    def _pairs(self, query: TrainingQuery) -> list[tuple[Mask, Mask]]:
        """Masks (T,) of what shares a facet and of what lacks another. A product that does not tell a facet does not lack it."""
        about = anchor(query.wish, self._table)
        shared = {facet: self._satisfies(facet, value) for facet, value in query.wish.items()}
        lacking = {facet: (self._table.column(facet).codes[self._rows] != MISSING) & ~mask for facet, mask in shared.items()}
        further = [facet for facet in query.wish if facet != about]
        turned_down = [self._satisfies(facet, value) for facet, value in query.unwanted.items()]
        return [
            *((shared[about], lacking[facet]) for facet in further),
            *((shared[facet], lacking[about]) for facet in further),
            *((shared[about], mask) for mask in turned_down),
        ]

    def _satisfies(self, facet: str, value: str) -> Mask:
        mask: Mask = satisfies(self._table, facet, value)[self._rows]
        return mask
