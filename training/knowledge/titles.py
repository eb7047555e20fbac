"""What the catalogue tells of its types by itself: category tree, sizes, and words that go together with a type in titles."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

from assortment.catalogue.product import Product
from assortment.protocol.lexicon import fold
from training.knowledge.base import TypeFacts

_MAX_WORDS: Final = 8
_MAX_SIBLINGS: Final = 12
_MIN_TITLES: Final = 3
_MIN_LETTERS: Final = 3
_MIN_TELLING: Final = 1.5  # nats by which a word is commoner in a type's titles than in all


def type_facts(products: Sequence[Product]) -> dict[str, TypeFacts]:
    """Facts of each type, alphabetical; ``products`` are those that training may see."""
    titles: dict[str, Counter[str]] = {}
    sizes: Counter[str] = Counter()
    paths: dict[str, tuple[str, ...]] = {}
    everywhere: Counter[str] = Counter()
    for product in products:
        if product.type:
            words = {word for word in fold(product.title) if len(word) >= _MIN_LETTERS and word.isalpha()}
            words -= {part for value in (product.brand, *product.attributes.values()) for part in fold(value)}
            titles.setdefault(product.type, Counter()).update(words)
            everywhere.update(words)
            sizes[product.type] += 1
            paths.setdefault(product.type, product.category[:-1])
    siblings: dict[tuple[str, ...], list[str]] = {}
    for name, _ in sizes.most_common():
        siblings.setdefault(paths[name], []).append(name)
    return {
        name: TypeFacts(
            products=sizes[name],
            path=paths[name],
            siblings=tuple(other for other in siblings[paths[name]] if other != name)[:_MAX_SIBLINGS],
            title_words=_telling(titles[name], sizes[name], everywhere, sizes.total()),
        )
        for name in sorted(sizes)
    }


def _telling(words: Counter[str], size: int, everywhere: Counter[str], total: int) -> tuple[str, ...]:
    """Words by pointwise mutual information with the type, weighted by how many of its titles say them."""
    telling = {
        word: count / size * math.log(count * total / (size * everywhere[word]))
        for word, count in words.items()
        if count >= _MIN_TITLES and math.log(count * total / (size * everywhere[word])) >= _MIN_TELLING
    }
    return tuple(sorted(telling, key=lambda word: (-telling[word], word))[:_MAX_WORDS])
