"""What a catalogue holds, in figures: for people who are about to train on it or wonder why it ranks as it does."""

from __future__ import annotations

import datetime
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group
from rich.table import Table

from assortment.catalogue.product import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Where a number lies among the products that have it."""

    count: int
    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread | None:
        """None when there are no values."""
        if not values:
            return None
        return cls(count=len(values), low=min(values), median=statistics.median(values), high=max(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueInfo:
    """Counts over all products. Mappings run from the most frequent to the least."""

    products: int
    departments: dict[str, int]
    types: dict[str, int]
    brands: int
    attributes: dict[str, tuple[int, int]]
    """Attribute to the number of products that have it and the number of its values."""
    pictures: int
    price: Spread | None
    currencies: dict[str, int]
    """Currency, or "" for an unknown one, to the number of prices in it."""
    rating: Spread | None
    sold_out: int
    variants: int
    """Products that share a variant group with another one."""
    duplicate_titles: int
    """Products whose title, case aside, another product has as well."""
    added: tuple[int, str, str] | None
    """How many products tell when they entered the range, and the first and last day (ISO); None when none does."""

    @classmethod
    def of(cls, products: Sequence[Product]) -> CatalogueInfo:
        """Counts."""
        values: dict[str, Counter[str]] = {}
        for product in products:
            for name, value in product.attributes.items():
                values.setdefault(name, Counter())[value] += 1
        return cls(
            products=len(products),
            departments=_counts(product.department for product in products),
            types=_counts(product.type for product in products),
            brands=len({product.brand for product in products if product.brand}),
            attributes={
                name: (counter.total(), len(counter))
                for name, counter in sorted(values.items(), key=lambda item: -item[1].total())
            },
            pictures=sum(bool(product.picture) for product in products),
            price=Spread.of([product.price for product in products if product.price is not None]),
            currencies=_counts(product.currency for product in products if product.price is not None),
            rating=Spread.of([product.rating for product in products if product.rating is not None]),
            sold_out=sum(product.stock == 0 for product in products),
            variants=_shared(product.variant_group for product in products if product.variant_group),
            duplicate_titles=_shared(product.title.casefold() for product in products),
            added=_days([product.added for product in products if product.added is not None]),
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        spreads = {
            name: None
            if spread is None
            else {"count": spread.count, "low": spread.low, "median": spread.median, "high": spread.high}
            for name, spread in (("price", self.price), ("rating", self.rating))
        }
        return {
            "products": self.products,
            "departments": self.departments,
            "types": self.types,
            "brands": self.brands,
            "attributes": {name: {"products": have, "values": kinds} for name, (have, kinds) in self.attributes.items()},
            "pictures": self.pictures,
            **spreads,
            "currencies": self.currencies,
            "sold_out": self.sold_out,
            "variants": self.variants,
            "duplicate_titles": self.duplicate_titles,
            "added": None if self.added is None else dict(zip(("count", "first", "last"), self.added, strict=True)),
        }

    def tables(self, *, num_types: int = 12) -> Group:
        """For the terminal, with the ``num_types`` commonest types."""
        whole = Table(title=f"{self.products:,} products", show_header=False)
        for name, told in (
            ("brands", f"{self.brands:,}"),
            ("pictures", self._share(self.pictures)),
            ("price", _told(self.price, self._unit())),
            ("rating", _told(self.rating, "of 5")),
            ("sold out", self._share(self.sold_out)),
            ("variants of another", self._share(self.variants)),
            ("title used twice or more", self._share(self.duplicate_titles)),
            ("added", "unknown" if self.added is None else "{1} to {2} ({0:,} products)".format(*self.added)),
        ):
            whole.add_row(name, told)
        attributes = Table("attribute", "products", "values", title="attributes")
        for name, (have, kinds) in self.attributes.items():
            attributes.add_row(name, self._share(have), f"{kinds:,}")
        shown = dict(list(self.types.items())[:num_types])
        return Group(
            whole,
            self._counted("department", self.departments),
            self._counted(f"type (first {len(shown)} of {len(self.types)})", shown),
            attributes,
        )

    def _counted(self, name: str, counts: dict[str, int]) -> Table:
        table = Table(name, "products")
        for value, count in counts.items():
            table.add_row(value or "(none)", self._share(count))
        return table

    def _unit(self) -> str:
        """The currency; of several the numbers of prices too, since a range over them says little."""
        if len(self.currencies) < 2:
            return next(iter(self.currencies), "") or "of unknown currency"
        told = ", ".join(f"{currency or 'unknown'} {count:,}" for currency, count in self.currencies.items())
        return f"of mixed currencies ({told})"

    def _share(self, count: int) -> str:
        return f"{count:,} ({count / max(1, self.products):.0%})"


def _counts(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _shared(values: Iterable[str]) -> int:
    return sum(count for count in Counter(values).values() if count > 1)


def _days(days: Sequence[datetime.date]) -> tuple[int, str, str] | None:
    return (len(days), min(days).isoformat(), max(days).isoformat()) if days else None


def _told(spread: Spread | None, unit: str) -> str:
    if spread is None:
        return "none"
    return f"{spread.low:g} to {spread.high:g} {unit}, median {spread.median:g} ({spread.count:,} products)"
