"""The values of one facet, and which products have them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.serving.filters import fold

_MANY: Final = 16  # the share of all products, as its inverse, from which on a value has many

Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int32]


class FacetValues:
    """A facet in one column or several, as the levels of a category path: a product has a value that any column holds."""

    def __init__(self, values: Sequence[str], columns: Sequence[Codes]) -> None:
        """Folds the values.

        Args:
            values: distinct as the catalogue writes them; several may fold to one.
            columns: (N,) each, index into ``values``, -1 for none.
        """
        self.values = values
        self._codes_of: dict[str, list[int]] = defaultdict(list)
        for code, value in enumerate(values):
            self._codes_of[fold(value)].append(code)
        self._num_values = len(values)
        self._columns = columns

    def any_of(self, wanted: Sequence[str], rows: Rows | None) -> Mask:
        """Which products have one of the wanted values: (n,) for (n,) rows, (N,) for None.

        None has a value that the catalogue does not know.
        """
        codes = sorted({code for value in wanted for code in self._codes_of.get(fold(value), ())})
        return self._of_all(codes) if rows is None else self._of_rows(codes, rows)

    def none_of(self, unwanted: Sequence[str], rows: Rows | None) -> Mask:
        """Which products have none of the unwanted values, as ``any_of``; those without a value are among them."""
        return ~self.any_of(unwanted, rows)

    def _of_all(self, codes: Sequence[int]) -> Mask:
        """Touches the products that have a value; where these are many, a look at all of them is faster."""
        found = np.zeros(len(self._columns[0]), dtype=np.bool_)
        for column, (by_code, starts) in zip(self._columns, self._products, strict=True):
            for code in codes:
                products = by_code[starts[code] : starts[code + 1]]
                if len(products) * _MANY > len(column):
                    found |= column == code
                else:
                    found[products] = True
        return found

    def _of_rows(self, codes: Sequence[int], rows: Rows) -> Mask:
        is_wanted = np.zeros(self._num_values + 1, dtype=np.bool_)  # the last place is that of -1
        is_wanted[codes] = True
        found = np.zeros(len(rows), dtype=np.bool_)
        for column in self._columns:
            found |= is_wanted[column[rows]]
        return found

    @cached_property
    def _products(self) -> list[tuple[Rows, npt.NDArray[np.int64]]]:
        """For each column: rows ordered by code, and where each code starts. Made when a facet is first filtered by."""
        places = np.arange(self._num_values + 1)
        orders = [np.argsort(column, kind="stable") for column in self._columns]
        return [
            (order.astype(np.int32), np.searchsorted(column, places, sorter=order))
            for column, order in zip(self._columns, orders, strict=True)
        ]
