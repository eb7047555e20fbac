"""Queries cut from titles of the small shop."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assortment.catalogue.store import Catalogue
from assortment.protocol.lexicon import fold
from assortment.protocol.store import Protocol
from training.augmentation import titles
from training.augmentation.round_trip import MAX_RANK, Vectors

DIMENSIONS = 512


def bag_of_words(texts: Sequence[str]) -> Vectors:
    """Texts by the words they share, which is all that the filter needs to see."""
    vectors = np.full((len(texts), DIMENSIONS), 1e-6, dtype=np.float32)
    for row, text in enumerate(texts):
        for word in fold(text):
            vectors[row, sum(map(ord, word)) % DIMENSIONS] += 1
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_generated_query_finds_its_product_and_asks_for_what_it_says(catalogue: Catalogue, protocol: Protocol) -> None:
    products = catalogue.products
    rows = protocol.train_rows(catalogue).tolist()
    vectors = bag_of_words([product.title for product in products])
    kept, dropped = titles.generate(products, rows, vectors, bag_of_words, 200, np.random.default_rng(1))
    assert len(kept) + sum(dropped.values()) == 200
    assert kept
    assert dropped
    for query in kept:
        nearer = vectors @ bag_of_words([query.text])[0]
        assert (nearer > nearer[query.row]).sum() < MAX_RANK
        said = set(fold(query.text))
        assert all(set(fold(value)) <= said for value in query.wish.values())
        assert query.row in rows
