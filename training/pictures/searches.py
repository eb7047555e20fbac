"""Pictures found by words, products found by a picture, and products whose picture is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from torch import Tensor

from assortment.catalogue.facets import FacetTable
from assortment.metrics import ndcg
from assortment.protocol.grades import grade_products
from training.dev_ranking import K, nearest
from training.pictures.figures import Figure
from training.pictures.shop import Rows, Shop

MISSING: Final = (0.0, 0.25, 0.5, 1.0)
_WISHED: Final = ("type", "colour", "gender", "pattern")  # what a picture can tell


def by_words(shop: Shop) -> list[Figure]:
    """Queries in words against products of which only some is shown. All products have pictures."""
    question, words = "words", shop.words()

    def ranked(shown: str, vectors: Tensor) -> Figure:
        return Figure.of(question, shown, shop.queries.ndcg(nearest(words, vectors, K)))

    generator = np.random.default_rng(0)
    drawn = [generator.choice(len(shop.products), K, replace=False) for _ in shop.queries.queries]
    return [
        Figure.of(question, "nothing (chance)", shop.queries.ndcg(torch.from_numpy(np.stack(drawn)))),
        ranked("picture", shop.seen(text=False, labels=False)),
        ranked("text", shop.seen(labels=False, pictures=False)),
        ranked("text, picture", shop.seen(labels=False)),
        ranked("text, labels", shop.seen(pictures=False)),
        ranked("text, labels, picture", shop.seen()),
    ]


def by_picture(shop: Shop, asked: Rows, question: str = "its own picture") -> list[Figure]:
    """Each of ``asked`` is searched with its picture and may not be found itself; the others are graded by what it shows."""
    table = FacetTable.from_products(shop.products)
    queries = shop.asked_by(shop.corpus.image[torch.from_numpy(asked)])
    generator = np.random.default_rng(0)
    shown = {
        "picture": nearest(queries, shop.seen(text=False, labels=False), K + 1),
        "text, labels": nearest(queries, shop.seen(pictures=False), K + 1),
        "text, labels, picture": nearest(queries, shop.seen(), K + 1),
    }
    drawn = [generator.choice(len(shop.products), K + 1, replace=False) for _ in asked]
    shown = {"nothing (chance)": torch.from_numpy(np.stack(drawn)), **shown}
    figures = []
    grades = [_grades(shop, table, row) for row in asked.tolist()]
    for name, rows in shown.items():
        values = [_without(found, row, graded) for found, row, graded in zip(rows.tolist(), asked.tolist(), grades, strict=True)]
        figures.append(Figure.of(question, name, values))
    return figures


def with_missing(shop: Shop, asked: Rows, *, seed: int) -> list[Figure]:
    """The same searches over the whole catalogue when a share of the products has lost its picture."""
    figures: list[Figure] = []
    words = shop.words()
    for share in MISSING:
        generator = torch.Generator().manual_seed(seed)
        kept = (torch.rand(len(shop.products), generator=generator) >= share).float()
        vectors = shop.seen(pictures=kept)
        figures.append(Figure.of("words", _left(share), shop.queries.ndcg(nearest(words, vectors, K))))
    table = FacetTable.from_products(shop.products)
    queries = shop.asked_by(shop.corpus.image[torch.from_numpy(asked)])
    grades = [_grades(shop, table, row) for row in asked.tolist()]
    for share in MISSING:
        generator = torch.Generator().manual_seed(seed)
        kept = (torch.rand(len(shop.products), generator=generator) >= share).float()
        rows = nearest(queries, shop.seen(pictures=kept), K + 1)
        values = [_without(found, row, graded) for found, row, graded in zip(rows.tolist(), asked.tolist(), grades, strict=True)]
        figures.append(Figure.of("its own picture", _left(share), values))
    return figures


def _left(share: float) -> str:
    return f"all, {share:.0%} of the pictures missing"


def _grades(shop: Shop, table: FacetTable, row: int) -> dict[str, int]:
    """Product id to derived grade, of what looks like the product in ``row``, itself left out."""
    wish = {facet: value for facet in _WISHED if (value := table.value(facet, row))}
    graded = grade_products(wish, table)
    graded[row] = 0
    return {shop.queries.product_ids[other]: int(graded[other]) for other in np.flatnonzero(graded).tolist()}


def _named(shop: Shop, rows: Sequence[int]) -> list[str]:
    return [shop.queries.product_ids[row] for row in rows]
