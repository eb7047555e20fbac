"""Queries that are cut from product titles.

A title is what a shop says, and a query is shorter: a few of its words are kept, in their order. What a query asks for is told
from its words: every facet of the product whose value stands in it. Those that say too little or no longer find their product
are dropped and counted; see ``round_trip``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from assortment.catalogue.product import Product
from training.augmentation.round_trip import TOO_LITTLE, GeneratedQuery, Vectors, finding, says_enough, spoken

_KEPT_WORDS: Final = (2, 5)
_PUNCTUATION: Final = ",.;:()!"


def generate(
    products: Sequence[Product],
    rows: Sequence[int],
    vectors: Vectors,
    encode: Callable[[Sequence[str]], Vectors],
    number: int,
    generator: np.random.Generator,
) -> tuple[list[GeneratedQuery], Counter[str]]:
    """Up to ``number`` queries from the titles of ``rows``, and what was dropped, by reason.

    Args:
        products: the catalogue.
        rows: those that training may show.
        vectors: (N, H) unit text vectors of all products.
        encode: texts to (T, H) unit vectors by the same encoder.
        number: titles tried.
        generator: draws rows and words.
    """
    dropped: Counter[str] = Counter()
    drafts: list[GeneratedQuery] = []
    for row in generator.choice(np.asarray(rows), size=number).tolist():
        text = _shortened(products[row].title, generator)
        facets = products[row].facets()
        wish = {facet: facets[facet] for facet in spoken(text, products[row])}
        if says_enough(wish):
            drafts.append(GeneratedQuery(text, wish, row))
        else:
            dropped[TOO_LITTLE] += 1
    kept, lost = finding(drafts, vectors, encode)
    return kept, dropped + lost


def _shortened(title: str, generator: np.random.Generator) -> str:
    words = [word for raw in title.lower().split() if (word := raw.strip(_PUNCTUATION))]
    number = min(len(words), int(generator.integers(_KEPT_WORDS[0], _KEPT_WORDS[1] + 1)))
    return " ".join(words[i] for i in np.sort(generator.choice(len(words), size=number, replace=False)))
