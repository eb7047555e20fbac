"""A wardrobe small enough to be told by heart, and queries about it as a batch has them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from assortment.catalogue.facets import FacetTable
from assortment.catalogue.product import Product
from training.data import Drawn, QueryBatch
from training.queries import TrainingQuery, grades


def product(name: str, parent: str = "Topwear", **attributes: str) -> Product:
    kind = name.split()[-1].title()
    return Product(id=name, title=name, category=("Apparel", parent, kind), brand="Alba", attributes=attributes)


WARDROBE = (
    product("hidden red shirts", colour="Red"),
    product("red shirts", colour="Red"),
    product("blue shirts", colour="Blue"),
    product("navy shirts", colour="Navy Blue"),
    product("some shirts"),
    product("red tops", colour="Red"),
    product("blue tops", colour="Blue"),
    product("red jeans", parent="Bottomwear", colour="Red"),
    product("blue jeans", parent="Bottomwear", colour="Blue"),
)
"""Shirts and tops are siblings. Training may show all but the first, so that a place is not a row."""


@pytest.fixture(scope="session")
def table() -> FacetTable:
    return FacetTable.from_products(WARDROBE)


@pytest.fixture(scope="session")
def rows() -> np.ndarray:
    return np.arange(1, len(WARDROBE))


@pytest.fixture(scope="session")
def drawn(table: FacetTable, rows: np.ndarray) -> Callable[..., Drawn]:
    def of(*queries: TrainingQuery) -> Drawn:
        tokens, image = torch.zeros(len(queries), 2, dtype=torch.int64), torch.zeros(len(queries), 1280)
        presence = torch.tensor([[1.0, float(query.picture_row >= 0)] for query in queries])
        encoded = QueryBatch(token_ids=tokens, mask=tokens, image=image, presence=presence)
        return Drawn(queries=queries, encoded=encoded, graded=np.stack([grades(query, table)[rows] for query in queries]))

    return of


@pytest.fixture(scope="session")
def names(rows: np.ndarray) -> Callable[[np.ndarray], list[str]]:
    """Titles of places, alphabetical."""
    return lambda places: sorted(WARDROBE[rows[place]].title for place in places)
