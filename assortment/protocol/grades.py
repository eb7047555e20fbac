"""Derived grades: how well each product of a catalogue answers a wish, told from attributes alone.

A wish is ``{facet: value}``: what the words of a query ask for. One of its facets is the *anchor*, what the query is about:
the type, else the brand, else the wish that the fewest products satisfy. The rest are *further wishes*.

    3   the anchor and every further wish
    2   the anchor and all but one of two or more further wishes
    1   the anchor, but less than that; or a sibling type (same category above it) with two or more further wishes, all satisfied
    0   everything else

Three rules of the shop stand above equality of values:

- a shade satisfies its colour ("Navy Blue" satisfies a wish for "Blue", not the other way round);
- an article for everybody ("Unisex") satisfies a wish for any gender;
- an article for another gender is no substitute: without its gender satisfied, a product gets at most 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.catalogue.facets import FacetTable, Mask

Wish = Mapping[str, str]
Grades = npt.NDArray[np.int8]

MAX_GRADE: Final = 3
SATISFYING_GRADE: Final = 2
"""From this grade on a product counts as an answer: it covers subtopics."""
EVERYBODY: Final = frozenset({"unisex"})
"""Genders, in lower case, that satisfy a wish for any other."""


def satisfies(table: FacetTable, facet: str, value: str) -> Mask:
    """(N,) which products satisfy a wish for one facet, by the rules of the shop above."""
    column = table.column(facet)
    accepted = [other for other in column.values if _accepts(facet, value, other)]
    if len(accepted) <= 1:
        return column.equals(value)
    codes = [column.code(other) for other in accepted]
    matches: Mask = np.isin(column.codes, codes)
    return matches


def _accepts(facet: str, wished: str, value: str) -> bool:
    if value == wished:
        return True
    if facet == "colour":
        return value.lower().endswith(" " + wished.lower())
    return facet == "gender" and value.lower() in EVERYBODY


def anchor(wish: Wish, table: FacetTable) -> str:
    """The facet a query is about.

    Raises:
        ValueError: for an empty wish.
    """
    if not wish:
        raise ValueError("a wish names at least one facet")
    for facet in ("type", "brand"):
        if facet in wish:
            return facet
    return min(sorted(wish), key=lambda facet: int(satisfies(table, facet, wish[facet]).sum()))


def grade_products(wish: Wish, table: FacetTable) -> Grades:
    """(N,) int8: the derived grade, 0 to 3, of every product of the table for a wish.

    Raises:
        ValueError: for an empty wish.
    """
    about = anchor(wish, table)
    met = {facet: satisfies(table, facet, value) for facet, value in wish.items()}
    further = [mask for facet, mask in met.items() if facet != about]
    num_met = np.zeros(len(table), dtype=np.int64)
    for mask in further:
        num_met += mask
    complete = num_met == len(further)

    grades = np.where(met[about], 1, 0).astype(np.int8)
    if len(further) >= 2:
        substitute = num_met == len(further) - 1
        if "gender" in met:
            substitute &= met["gender"]
        grades[met[about] & substitute] = 2
    grades[met[about] & complete] = MAX_GRADE
    if about == "type" and len(further) >= 2:
        grades[(grades == 0) & complete & _siblings(wish["type"], table)] = 1
    return grades


def _siblings(product_type: str, table: FacetTable) -> Mask:
    """(N,) which products have a type that shares the category above it with ``product_type``."""
    parents = table.parents.codes
    of_type = np.unique(parents[table.column("type").equals(product_type)])
    matches: Mask = np.isin(parents, of_type[of_type >= 0])
    return matches
