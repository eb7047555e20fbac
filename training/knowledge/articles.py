"""What other catalogues say of their products, cut into runs of words from which words for a value may be taken.

Brands, numbers, attributes and words for values of other facets divide a text and are in no run.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue
from assortment.protocol.lexicon import fold

_MIN_LETTERS: Final = 3
_BREAK: Final = re.compile(r"[^\w\s'-]+|\s-+\s|\S*\d\S*")
_TOKEN: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Article:
    """A product, or all its variants that have one value of a facet."""

    value: str
    maker: str
    """Its brand; of a catalogue without brands the article itself."""
    runs: frozenset[tuple[str, ...]]
    """Words that stand side by side, lower case, as written."""
    said: frozenset[str]
    """All its words, as ``same`` gives them."""


class OtherCatalogues:
    """The catalogues that words are taken from, read once for all facets."""

    def __init__(self, folders: Sequence[Path], own: Iterable[Product], facets: Sequence[str]) -> None:
        """Raises StepError or DataError where a folder holds no catalogue. ``own`` are the products that words are sought for."""
        self._products = [Catalogue.open(folder).products for folder in folders]
        self._names: dict[str, set[str]] = {facet: set() for facet in facets}
        for products in (own, *self._products):
            for product in products:
                told = product.facets()
                for facet in facets:
                    if value := told.get(facet):
                        self._names[facet].add(same(value))

    def articles(self, facet: str) -> list[list[Article]]:
        """Of each catalogue, those that have a value of a facet."""
        foreign = {name for other, names in self._names.items() if other != facet for name in names}
        return [_articles(products, facet, foreign) for products in self._products]


@functools.lru_cache(maxsize=1 << 16)
def same(name: str) -> str:
    """Alike for names that differ in case, number, hyphens and spaces: T-Shirt and tshirts, dress and dresses."""
    return "".join(word.removesuffix("e") if word.endswith("sse") else word for word in fold(name))


def _articles(products: Sequence[Product], facet: str, foreign: Collection[str]) -> list[Article]:
    """``foreign`` are words for values of other facets, as ``same`` gives them."""
    branded = any(product.brand for product in products)
    makers: dict[tuple[str, str], str] = {}
    runs: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    said: dict[tuple[str, str], set[str]] = {}
    for product in products:
        if value := product.facets().get(facet):
            article = product.variant_group or f"{product.brand} {product.title}", value
            makers.setdefault(article, product.brand if branded else article[0])
            stops = {same(word) for text in (product.brand, *product.attributes.values()) for word in text.split()}
            runs.setdefault(article, set()).update(_runs(product, stops, foreign, said.setdefault(article, set())))
    return [Article(article[1], maker, frozenset(runs[article]), frozenset(said[article])) for article, maker in makers.items()]


def _runs(product: Product, stops: Collection[str], foreign: Collection[str], said: set[str]) -> Iterator[tuple[str, ...]]:
    """Divided by ``stops`` and by what names another facet's value, alone or in a word with a hyphen; ``said`` gets all words."""
    text = f"{product.title} . {product.description}".lower().replace("\u2019", "'").replace("'s", "")
    for segment in _BREAK.split(text):
        run: list[str] = []
        for word in _TOKEN.findall(segment):
            keys = {same(word), *map(same, word.split("-"))}
            said.update(keys)
            if len(word) < _MIN_LETTERS or any(key in stops or key in foreign for key in keys):
                if run:
                    yield tuple(run)
                    run = []
            else:
                run.append(word)
        if run:
            yield tuple(run)
