"""Which products of one catalogue version pass filters: one condition after the other over facets and offers.

The answer for all products travels to the scorer as a bitmap, and means nothing without the version (``ALLOW``,
``ALLOW_VERSION``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from assortment import artefacts
from assortment.errors import InputError
from assortment.serving.facet import Facet
from assortment.serving.facet_values import Codes, FacetValues, Mask, Rows
from assortment.serving.filters import Filters, fold, named, names_told
from assortment.serving.offers import Offers
from assortment.serving.price_levels import PRICE_BAND, price_levels
from assortment.serving.understanding.told import price_level_told, price_told, without_told
from assortment_client import contract as public

KNOWN: Final = 0.5
"""Share of the products whose price, rating or date is known, from which on words may ask for it."""
_NO_ATTRIBUTES: Final = frozenset(("department", "type", "brand"))  # facets with a filter of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing that a product has to have."""

    told: str
    """As in "brand=Puma or Nike", to stand behind "has"."""
    holds: Callable[[Rows | None], Mask]
    """(n,) for (n,) rows; (N,) for None, all products."""


class FilterTable:
    """What filters look at, of every product of one catalogue version."""

    def __init__(
        self, version: int, facets: Mapping[str, Facet], categories: Sequence[str], levels: Sequence[Codes], offers: Offers
    ) -> None:
        """Joins the tables.

        Args:
            version: of the catalogue, 1 and above.
            facets: of the index, by name, ``department``, ``brand``, ``type`` and attributes among them.
            categories: values of the category path, of all its levels.
            levels: (N,) codes into ``categories`` for each level, -1 for none.
            offers: of each product.
        """
        self.version = version
        self.offers = offers
        nothing = np.full(len(offers), -1, dtype=np.int32)
        types = facets["type"].codes if "type" in facets else nothing
        low, high, bands = price_levels(types, offers.price)
        self._levels: dict[str, Mask] = dict(zip(public.PRICE_LEVELS, (low, high), strict=True))
        self._derived = {PRICE_BAND: bands} if self.has_prices and PRICE_BAND not in facets else {}
        self.facets: Mapping[str, Facet] = {**facets, **self._derived}
        """Those of the index and PRICE_BAND, where most prices are known and the index has no facet of this name."""
        known = {name: FacetValues(facet.values, [facet.codes]) for name, facet in self.facets.items()}
        unknown = FacetValues((), [nothing])
        self._values = {name: known.get(name, unknown) for name in ("department", "brand")}
        self._values["category"] = FacetValues(categories, levels or [nothing])
        self._attributes = {fold(name): values for name, values in known.items() if name not in _NO_ATTRIBUTES}

    def __len__(self) -> int:
        return len(self.offers)

    @classmethod
    def open(cls, folder: Path, facets: Mapping[str, Facet]) -> FilterTable:
        """Reads the tables of ``folder``; ``facets`` are those of the same folder."""
        codes: Codes = np.load(folder / artefacts.CATEGORY_CODES)
        return cls(
            json.loads((folder / artefacts.INDEX).read_text(encoding="utf-8"))["version"],
            facets,
            json.loads((folder / artefacts.CATEGORY_VALUES).read_text(encoding="utf-8")),
            [np.ascontiguousarray(codes[:, level]) for level in range(codes.shape[1])],
            Offers.open(folder),
        )

    def passing(self, filters: Filters, rows: Rows | None = None) -> Mask:
        """Which products pass all filters: (n,) for (n,) rows, (N,) for all products.

        Raises:
            InputError: when the catalogue does not have an attribute.
        """
        mask = np.ones(len(self) if rows is None else len(rows), dtype=np.bool_)
        for condition in self.conditions(filters):
            mask &= condition.holds(rows)
        return mask

    def bitmap(self, filters: Filters) -> npt.NDArray[np.uint8]:
        """ALLOW (ceil(N / 8),): bit r % 8 of byte r // 8 says whether row r passes. Raises as ``passing`` does."""
        return np.packbits(self.passing(filters), bitorder="little")

    def conditions(self, filters: Filters) -> list[Condition]:
        """What the filters ask for, one by one. Raises as ``passing`` does."""
        asked = [(name, self._values[name], getattr(filters, name)) for name in ("department", "category", "brand")]
        asked += [(name, self._attribute(name, "attributes"), values) for name, values in filters.attributes.items()]
        conditions = [
            Condition(told=f"{name}={' or '.join(wanted)}", holds=partial(values.any_of, wanted))
            for name, values, wanted in asked
            if wanted
        ]
        low, high = filters.price
        if low is not None or high is not None:
            conditions.append(Condition(told=price_told(low, high), holds=partial(self._priced, low, high)))
        if level := filters.price_level:
            conditions.append(Condition(told=price_level_told(level), holds=partial(_taken, self._levels[level])))
        if filters.in_stock:
            conditions.append(Condition(told="stock", holds=self._in_stock))
        if filters.min_rating is not None:
            told = f"a rating of at least {filters.min_rating:g}"
            conditions.append(Condition(told=told, holds=partial(self._rated, filters.min_rating)))
        for name, unwanted in filters.without.items():
            values = self._values.get(fold(name)) or self._attribute(name, "without", beside=self._values)
            conditions.append(Condition(told=without_told(name, unwanted), holds=partial(values.none_of, unwanted)))
        return conditions

    @property
    def values(self) -> dict[str, Sequence[str]]:
        """Those of every field and attribute that the index holds: "low" and "high" in a query's words are no prices."""
        held = (self._values | self._attributes).items()
        return {name: values.values for name, values in held if name not in self._derived}

    @cached_property
    def has_prices(self) -> bool:
        """Whether half of the products or more have one, so that a limit of the price means something."""
        return bool(np.isfinite(self.offers.price).mean() >= KNOWN) if len(self) else False

    def _attribute(self, name: str, field: str, *, beside: Iterable[str] = ()) -> FacetValues:
        """Of the name; ``beside`` are other names that the field takes, for the error."""
        found = named(name, self._attributes)
        if found is None:
            of_catalogue = f"an attribute of this catalogue: {names_told(self._attributes, like=name) or 'it has none'}"
            allowed = f"allowed: {', '.join([*beside, of_catalogue])}"
            raise InputError(f"{public.RULES}.filters.{field}", name, allowed)
        return found

    def _priced(self, low: float | None, high: float | None, rows: Rows | None) -> Mask:
        """An unknown price is in no range: NaN compares as false."""
        price = _taken(self.offers.price, rows)
        if low is None:
            return price <= high
        return price >= low if high is None else (price >= low) & (price <= high)

    def _in_stock(self, rows: Rows | None) -> Mask:
        """What a source tells no stock of counts as in stock."""
        in_stock: Mask = _taken(self.offers.stock, rows) != 0
        return in_stock

    def _rated(self, least: float, rows: Rows | None) -> Mask:
        rated: Mask = _taken(self.offers.rating, rows) >= least
        return rated


def _taken(column: npt.NDArray[Any], rows: Rows | None) -> npt.NDArray[Any]:
    return column if rows is None else column[rows]
