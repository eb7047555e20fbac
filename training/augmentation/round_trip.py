"""The filter of generated queries: what a query asks for is told from its words, and it still has to find its product.

The untrained encoder ranks all products for a query; a query whose product is not among the best ``MAX_RANK`` has lost what made
it that product's, and is dropped and counted (round-trip consistency, as in Dai et al. 2023, "Promptagator").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.catalogue.product import Product
from assortment.protocol.grades import Wish
from assortment.protocol.lexicon import fold

Vectors = npt.NDArray[np.float32]
WordsOf = Callable[[str, str], Iterable[str]]
"""Facet and value to the texts by which a query names it."""

MAX_RANK: Final = 100
FACETS: Final = ("type", "brand", "colour", "gender", "usage", "pattern", "material")
TOO_LITTLE: Final = "names neither the type nor two other facets"
_BATCH: Final = 256


@dataclass(frozen=True, slots=True)
class GeneratedQuery:
    """A generated query and the product it came from."""

    text: str
    wish: Wish
    row: int
    further: tuple[Wish, ...] = ()
    """What its words may mean as well."""


def own_name(_facet: str, value: str) -> tuple[str, ...]:
    """A value is called by its name and nothing else."""
    return (value,)


def spoken(text: str, product: Product, words_of: WordsOf = own_name) -> dict[str, str]:
    """Every facet of the product that the text names, and the first of ``words_of`` it does so by; their order is free."""
    said = set(fold(text))
    facets = product.facets()
    named: dict[str, str] = {}
    for facet in (facet for facet in FACETS if facet in facets):
        word = next((word for word in words_of(facet, facets[facet]) if set(fold(word)) <= said), None)
        if word is not None:
            named[facet] = word
    return named


def says_enough(facets: Collection[str]) -> bool:
    """Whether the type is among the named facets, or two others are."""
    return "type" in facets or len(facets) >= 2


def finding(
    drafts: Sequence[GeneratedQuery], vectors: Vectors, encode: Callable[[Sequence[str]], Vectors]
) -> tuple[list[GeneratedQuery], Counter[str]]:
    """Those whose product is among the MAX_RANK nearest, and how many are not.

    Args:
        drafts: what was generated.
        vectors: (N, H) unit text vectors of all products.
        encode: texts to (T, H) unit vectors by the same encoder.
    """
    ranks = _ranks(drafts, vectors, encode)
    kept = [draft for draft, rank in zip(drafts, ranks, strict=True) if rank < MAX_RANK]
    lost = len(drafts) - len(kept)
    return kept, Counter({f"its product is not among the nearest {MAX_RANK}": lost} if lost else {})


def _ranks(drafts: Sequence[GeneratedQuery], vectors: Vectors, encode: Callable[[Sequence[str]], Vectors]) -> list[int]:
    """How many products are nearer to each query than its own."""
    ranks: list[int] = []
    for start in range(0, len(drafts), _BATCH):
        batch = drafts[start : start + _BATCH]
        similarity = encode([draft.text for draft in batch]) @ vectors.T  # (B, N)
        own = similarity[np.arange(len(batch)), [draft.row for draft in batch]]
        ranks += (similarity > own[:, None]).sum(1).tolist()
    return ranks
