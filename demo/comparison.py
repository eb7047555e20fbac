"""One query, two lists: what diversity brought in, what made room, and which facet values it opened."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue
from assortment_client import Reason, SearchResponse
from demo.page import Comparison, FacetChange, Shown
from demo.thumbnails import Thumbnails

_TOLD_FACETS: Final = ("department", "type", "colour", "brand", "gender")
"""Facets worth a line below the lists when the query does not name what it leaves open."""
_MOST_LINES: Final = 3
_SYMBOLS: Final = {"EUR": "€", "USD": "$", "GBP": "£"}


class Comparer:
    """Turns answers of the server into what the page shows."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._thumbnails = Thumbnails(catalogue)

    def compare(
        self,
        relevance: SearchResponse,
        diversified: SearchResponse,
        *,
        query: str,
        kind: str,
        picture: str = "",
        note: str = "",
        open_facets: Sequence[str] = (),
    ) -> Comparison:
        """Sets two answers to the same query side by side.

        Args:
            relevance: the answer at diversity 0.
            diversified: the answer at the server's default.
            query: its text.
            kind: what sort of query it is.
            picture: the query's picture as a ``data:`` URI.
            note: what to look at.
            open_facets: what the query leaves open; told first.
        """
        before, after = self._products(relevance), self._products(diversified)
        return Comparison(
            query=query,
            picture=picture,
            kind=kind,
            note=note,
            relevance=self._relevance_list(before, set(diversified.ids)),
            diversified=self._diversified_list(after, diversified),
            facets=facet_changes(before, after, open_facets),
        )

    def _products(self, answer: SearchResponse) -> list[Product]:
        return [self._catalogue.products[self._catalogue.row(product_id)] for product_id in answer.ids]

    def _relevance_list(self, products: Sequence[Product], kept: Collection[str]) -> tuple[Shown, ...]:
        return tuple(
            self._shown(product, place, "", marked=product.id not in kept) for place, product in enumerate(products, start=1)
        )

    def _diversified_list(self, products: Sequence[Product], answer: SearchResponse) -> tuple[Shown, ...]:
        shown = []
        for place, (product, result) in enumerate(zip(products, answer.results, strict=True), start=1):
            brought = result.reason == Reason.DIVERSITY
            why = "" if result.rank == place else f"rank {result.rank}"
            shown.append(self._shown(product, place, why, marked=brought))
        return tuple(shown)

    def _shown(self, product: Product, place: int, why: str, *, marked: bool) -> Shown:
        picture = self._thumbnails.of(product)
        return Shown(place=place, title=product.title, detail=detail(product), picture=picture, why=why, marked=marked)


def detail(product: Product) -> str:
    """Price and brand, as far as they are known; the brand only when the title does not begin with it."""
    brand = "" if product.title.casefold().startswith(product.brand.casefold()) else product.brand
    currency = _SYMBOLS.get(product.currency, product.currency)
    price = "" if product.price is None else f"{product.price:.2f}\N{NO-BREAK SPACE}{currency}".strip()
    return ", ".join(part for part in (price, brand) if part)


def facet_changes(before: Sequence[Product], after: Sequence[Product], open_facets: Sequence[str]) -> tuple[FacetChange, ...]:
    """Lines on the facets that a query leaves open, else on those whose values changed most."""
    asked = [_change(facet, before, after) for facet in open_facets]
    others = [_change(facet, before, after) for facet in _TOLD_FACETS if facet not in open_facets]
    changed = [change for change in others if change.opened and change.after > change.before]
    changed.sort(key=lambda change: change.before - change.after)
    return tuple([*asked, *changed][: max(len(asked), _MOST_LINES if not asked else len(asked) + 1)])


def _change(facet: str, before: Sequence[Product], after: Sequence[Product]) -> FacetChange:
    old, new = _values(facet, before), _values(facet, after)
    return FacetChange(
        facet=facet,
        kept=tuple(value for value in old if value in new),
        opened=tuple(value for value in new if value not in old),
        closed=tuple(value for value in old if value not in new),
    )


def _values(facet: str, products: Sequence[Product]) -> list[str]:
    """Distinct values in the order in which the page shows them."""
    return list(dict.fromkeys(value for product in products if (value := product.facets().get(facet))))
