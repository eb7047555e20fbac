"""A training query, and how well each product answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from assortment.catalogue.facets import FacetTable
from assortment.protocol.grades import Grades, Wish, grade_products, satisfies

NO_PICTURE = -1


@dataclass(frozen=True, slots=True)
class TrainingQuery:
    """One query and what it asks for."""

    text: str
    """Empty for a query by picture alone."""
    wish: Wish
    """Facet to value; grades derive from it."""
    picture_row: int = NO_PICTURE
    """Row of the product whose picture is shown."""
    kind: str = "plain"
    """Which part of the grammar drew it."""
    further: tuple[Wish, ...] = ()
    """What the words may mean as well: "kids" asks for boys or girls."""
    unwanted: Mapping[str, str] = field(default_factory=dict)
    """What the query turns down ("not black"), facet to value."""


def grades(query: TrainingQuery, table: FacetTable) -> Grades:
    """(N,) int8: the best derived grade of each product over the query's meanings, 0 for what it turns down."""
    best = grade_products(query.wish, table)
    for meaning in query.further:
        best = np.maximum(best, grade_products(meaning, table))
    for facet, value in query.unwanted.items():
        best[satisfies(table, facet, value)] = 0
    return best
