"""Training queries with a short list of products each: what a teacher learns from, and what it then judges.

A list holds products that answer the query, products that answer a part of it (the same type in another colour), products that
the untrained encoder takes for answers (mined hard negatives, when they are none), and random ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.catalogue.facets import FacetTable
from training.queries import QueryGrammar, grades

_MINED_FROM: Final = 64  # nearest products of the untrained encoder
_SHARE_BEST, _SHARE_PARTLY, _SHARE_MINED = 1 / 6, 1 / 6, 1 / 2  # of a list; the rest is random

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lists:
    """Queries and their candidates."""

    texts: list[str]
    """Q queries."""
    rows: Rows
    """(Q, C) catalogue rows, no product twice in a row."""
    grade: npt.NDArray[np.int8]
    """(Q, C) derived grades."""


class Drawer:
    """Draws lists from the products that training may show."""

    def __init__(
        self,
        grammar: QueryGrammar,
        table: FacetTable,
        train_rows: Rows,
        vectors: Vectors,
        encode: Callable[[Sequence[str]], Vectors],
    ) -> None:
        """How lists are drawn.

        Args:
            grammar: of text queries.
            table: of the whole catalogue, to grade by.
            train_rows: rows that training may show.
            vectors: (N, H) the untrained encoder's unit vectors of all products.
            encode: texts to unit vectors (T, H) by the same encoder.
        """
        self._grammar, self._table, self._rows = grammar, table, train_rows
        self._vectors, self._encode = vectors[train_rows], encode

    def draw(self, number: int, length: int, generator: np.random.Generator) -> Lists:
        """``number`` queries with ``length`` products each, or with all there are."""
        queries = [self._grammar.draw(generator) for _ in range(number)]
        texts = [query.text for query in queries]
        vectors = self._encode(texts)
        length = min(length, len(self._rows))
        places = np.empty((number, length), dtype=np.int64)
        graded = np.empty((number, length), dtype=np.int8)
        for i, query in enumerate(queries):
            all_grades = grades(query, self._table)[self._rows]
            places[i] = _chosen(all_grades, self._vectors @ vectors[i], length, generator)
            graded[i] = all_grades[places[i]]
        return Lists(texts, self._rows[places], graded)


def _chosen(grade: npt.NDArray[np.int8], cosine: Vectors, length: int, generator: np.random.Generator) -> Rows:
    """(length,) places among the training rows, in no order."""
    nearest = np.argpartition(-cosine, min(_MINED_FROM, len(cosine) - 1))[:_MINED_FROM]
    groups = (
        (np.flatnonzero((grade == grade.max()) & (grade > 0)), _SHARE_BEST),
        (np.flatnonzero((grade > 0) & (grade < grade.max())), _SHARE_PARTLY),
        (nearest, _SHARE_MINED),
    )
    taken = np.concatenate([generator.permutation(group)[: round(share * length)] for group, share in groups])
    random = generator.permutation(len(grade))
    unique, first = np.unique(np.concatenate([taken, random]), return_index=True)
    chosen: Rows = unique[np.argsort(first)][:length]
    return chosen
