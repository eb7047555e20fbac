"""Pictures found by words, products found by a picture, and products whose picture is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from assortment.catalogue.facets import FacetTable
from assortment.errors import StepError
from assortment.metrics import ndcg
from assortment.protocol.grades import grade_products
from training.dev_ranking import K, nearest
from training.evaluation.figures import Figure
from training.evaluation.shop import Rows, Shop

MISSING: Final = (0.0, 0.25, 0.5, 1.0)
_WISHED: Final = ("type", "colour", "gender", "pattern")  # what a picture can tell


def check_enough(shop: Shop, catalogue: Path) -> None:
    """That lists can be drawn among the products with a picture.

    Raises:
        StepError: when there are too few of them for a list beside the product that is asked with.
    """
    if len(shop.pictured) <= K:
        raise StepError(
            f"{catalogue} has {len(shop.pictured)} products with a picture; allowed with --pictures: {K + 1} and more, so that "
            f"{K} can be shown beside the one that is asked with"
        )


def telling(shop: Shop, rows: Rows) -> Rows:
    """Those of ``rows`` that have something which a picture can tell; others ask for nothing."""
    return np.array([row for row in rows.tolist() if set(_WISHED) & set(shop.products[row].facets())], dtype=np.int64)


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


class OwnPictures:
    """Products searched with their own pictures, which may not be found themselves."""

    def __init__(self, shop: Shop, asked: Rows) -> None:
        """``asked``: their rows, of ``telling``. The other products are graded by what a picture can tell of both."""
        table = FacetTable.from_products(shop.products)
        self._shop, self._asked = shop, asked
        self._queries = shop.asked_by(shop.corpus.image[torch.from_numpy(asked)])
        self._grades = [_grades(shop, table, row) for row in asked.tolist()]

    def ndcg(self, product_vectors: Tensor) -> list[float]:
        """ndcg@10 of each."""
        return self._measure(nearest(self._queries, product_vectors, K + 1))

    def chance(self) -> list[float]:
        """The same of products drawn at random."""
        generator = np.random.default_rng(0)
        drawn = [generator.choice(len(self._shop.products), K + 1, replace=False) for _ in self._asked]
        return self._measure(torch.from_numpy(np.stack(drawn)))

    def _measure(self, rows: Tensor) -> list[float]:
        ids = self._shop.queries.product_ids
        lists = zip(rows.tolist(), self._asked.tolist(), self._grades, strict=True)
        return [ndcg([ids[row] for row in found if row != own][:K], grades, K) for found, own, grades in lists]


def by_picture(shop: Shop, asked: Rows) -> list[Figure]:
    """Products' own pictures against products of which only some is shown. All products have pictures; nothing for none asked."""
    if not len(asked):
        return []
    own = OwnPictures(shop, asked)
    shown = {
        "nothing (chance)": own.chance(),
        "picture": own.ndcg(shop.seen(text=False, labels=False)),
        "text, labels": own.ndcg(shop.seen(pictures=False)),
        "text, labels, picture": own.ndcg(shop.seen()),
    }
    return [Figure.of("a product's picture", name, values) for name, values in shown.items()]


def with_missing(shop: Shop, asked: Rows, *, seed: int) -> list[Figure]:
    """Both kinds of search over the whole catalogue when a share of the products has lost its picture.

    Those in words alone when no picture is ``asked``.
    """
    own, words = OwnPictures(shop, asked) if len(asked) else None, shop.words()
    by_words: list[Figure] = []
    by_pictures: list[Figure] = []
    for share in MISSING:
        generator = torch.Generator().manual_seed(seed)
        kept = (torch.rand(len(shop.products), generator=generator) >= share).float()
        vectors = shop.seen(pictures=kept)
        shown = f"everything, but {share:.0%} of the pictures"
        by_words.append(Figure.of("words, pictures missing", shown, shop.queries.ndcg(nearest(words, vectors, K))))
        if own is not None:
            by_pictures.append(Figure.of("a product's picture, pictures missing", shown, own.ndcg(vectors)))
    return by_words + by_pictures


def _grades(shop: Shop, table: FacetTable, row: int) -> dict[str, int]:
    """Product id to derived grade, of what looks like the product in ``row``, itself left out."""
    wish = {facet: value for facet in _WISHED if (value := table.value(facet, row))}
    graded = grade_products(wish, table)
    graded[row] = 0
    return {shop.queries.product_ids[other]: int(graded[other]) for other in np.flatnonzero(graded).tolist()}
