"""Queries that are generated from product titles, and the filter that drops those which no longer find their product.

A title is what a shop says, and a query is shorter: a few of its words are kept, in their order. The untrained encoder then ranks
all products for it; a query whose product is not among the best ``MAX_RANK`` has lost what made it that product's, and is
dropped and counted (round-trip consistency, as in Dai et al. 2023, "Promptagator"). What a kept query asks for is told from its
words: every facet of the product whose value, or a word for it, stands in the query.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.catalogue.product import Product
from assortment.protocol.lexicon import fold

Vectors = npt.NDArray[np.float32]

MAX_RANK: Final = 100
_KEPT_WORDS: Final = (2, 5)
_BATCH: Final = 256
_PUNCTUATION: Final = ",.;:()!"
_FACETS: Final = ("type", "brand", "colour", "gender", "usage", "pattern", "material")


@dataclass(frozen=True, slots=True)
class TitleQuery:
    """A generated query and the product it came from."""

    text: str
    wish: dict[str, str]
    row: int


def generate(
    products: Sequence[Product],
    rows: Sequence[int],
    vectors: Vectors,
    encode: Callable[[Sequence[str]], Vectors],
    number: int,
    generator: np.random.Generator,
) -> tuple[list[TitleQuery], Counter[str]]:
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
    drafts: list[TitleQuery] = []
    for row in generator.choice(np.asarray(rows), size=number).tolist():
        text = _shortened(products[row].title, generator)
        wish = _asked(text, products[row])
        if "type" in wish or len(wish) >= 2:
            drafts.append(TitleQuery(text, wish, row))
        else:
            dropped["names neither the type nor two other facets"] += 1
    kept = []
    for draft, rank in zip(drafts, _ranks(drafts, vectors, encode), strict=True):
        if rank < MAX_RANK:
            kept.append(draft)
        else:
            dropped[f"its product is not among the nearest {MAX_RANK}"] += 1
    return kept, dropped


def _shortened(title: str, generator: np.random.Generator) -> str:
    words = [word for raw in title.lower().split() if (word := raw.strip(_PUNCTUATION))]
    number = min(len(words), int(generator.integers(_KEPT_WORDS[0], _KEPT_WORDS[1] + 1)))
    return " ".join(words[i] for i in np.sort(generator.choice(len(words), size=number, replace=False)))


def _asked(text: str, product: Product) -> dict[str, str]:
    said = set(fold(text))
    facets = product.facets()
    return {facet: facets[facet] for facet in _FACETS if facet in facets and set(fold(facets[facet])) <= said}


def _ranks(drafts: Sequence[TitleQuery], vectors: Vectors, encode: Callable[[Sequence[str]], Vectors]) -> list[int]:
    """How many products are nearer to each query than its own."""
    ranks: list[int] = []
    for start in range(0, len(drafts), _BATCH):
        batch = drafts[start : start + _BATCH]
        similarity = encode([draft.text for draft in batch]) @ vectors.T  # (B, N)
        own = similarity[np.arange(len(batch)), [draft.row for draft in batch]]
        ranks += (similarity > own[:, None]).sum(1).tolist()
    return ranks
