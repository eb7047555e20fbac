"""Queries with a picture: one without words, one where words and picture say different things about the same wish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue
from assortment.protocol.store import Protocol, Query


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureQuery:
    """A query that shows a product's picture."""

    text: str
    """Empty: the picture alone."""
    picture: bytes
    kind: str
    note: str


def picture_queries(catalogue: Catalogue, protocol: Protocol, queries: Sequence[Query]) -> list[PictureQuery]:
    """A picture-only query and a text+picture query made from test products; fewer when the catalogue has too few pictures."""
    found: list[PictureQuery] = []
    shown = _pictured(catalogue, [query.seed_product for query in queries if not query.open])
    if shown:
        product, picture = shown
        note = f"The picture shows: {product.title}"
        found.append(PictureQuery(text="", picture=picture, kind="Picture only", note=note))
    for query in queries:
        answers = [product for product in protocol.subtopics.get(query.id, {}) if product != query.seed_product]
        taken = _pictured(catalogue, answers) if query.open and query.open[0] == "colour" else None
        if taken:
            product, picture = taken
            note = f"The words leave {', '.join(query.open)} open; the picture narrows it: {product.title}"
            found.append(PictureQuery(text=query.query, picture=picture, kind="Words and a picture", note=note))
            break
    return found


def _pictured(catalogue: Catalogue, product_ids: Sequence[str]) -> tuple[Product, bytes] | None:
    """The first of these products that has a picture."""
    for product_id in product_ids:
        product = catalogue.products[catalogue.row(product_id)]
        picture = catalogue.picture(product)
        if picture is not None:
            return product, picture
    return None
