"""The facets of a catalogue as integer columns, so that a wish can be held against every product at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.catalogue.product import Product

MISSING: Final = -1
"""Code of a product that does not have the facet."""

Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetColumn:
    """One facet of every product."""

    values: tuple[str, ...]
    """The distinct values, sorted; a code is an index into it."""
    codes: Codes
    """(N,) int32, MISSING where a product does not have the facet."""

    def code(self, value: str) -> int:
        """The code of a value; None of the products has the code of an unknown one."""
        try:
            return self.values.index(value)
        except ValueError:
            return len(self.values)

    def equals(self, value: str) -> Mask:
        """(N,) which products have exactly this value."""
        matches: Mask = self.codes == self.code(value)
        return matches

    def shares(self) -> npt.NDArray[np.float64]:
        """(V,) the share of all products that has each value, 0 to 1."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))
        return counts / max(1, len(self.codes))


class FacetTable:
    """``Product.facets()`` of a whole catalogue, one ``FacetColumn`` a facet, rows in catalogue order.

    ``parents`` holds the category path above the type, so that sibling types can be told.
    """

    def __init__(self, columns: dict[str, FacetColumn], parents: FacetColumn) -> None:
        self._columns = columns
        self.parents = parents

    @classmethod
    def from_products(cls, products: Sequence[Product]) -> FacetTable:
        """Codes the facets of ``products``."""
        facets = [product.facets() for product in products]
        names = sorted({name for row in facets for name in row})
        columns = {name: _column([row.get(name, "") for row in facets]) for name in names}
        parents = _column([" / ".join(product.category[:-1]) for product in products])
        return cls(columns, parents)

    def __len__(self) -> int:
        return len(self.parents.codes)

    @property
    def facets(self) -> tuple[str, ...]:
        """The names of the facets, sorted."""
        return tuple(self._columns)

    def column(self, facet: str) -> FacetColumn:
        """The column of a facet; one without values when no product has the facet."""
        found = self._columns.get(facet)
        return found if found is not None else FacetColumn(values=(), codes=np.full(len(self), MISSING, dtype=np.int32))

    def values(self, facet: str) -> tuple[str, ...]:
        """The distinct values of a facet, sorted."""
        return self.column(facet).values

    def value(self, facet: str, row: int) -> str:
        """What a product has for a facet, empty when it does not have it."""
        column = self.column(facet)
        code = int(column.codes[row])
        return column.values[code] if code >= 0 else ""


def _column(values: list[str]) -> FacetColumn:
    distinct = sorted(set(values) - {""})
    code = {value: i for i, value in enumerate(distinct)}
    return FacetColumn(values=tuple(distinct), codes=np.array([code.get(value, MISSING) for value in values], dtype=np.int32))
