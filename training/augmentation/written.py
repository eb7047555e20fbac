"""Queries that a sequence-to-sequence model writes from product texts: sampled, then filtered as those from titles are.

Such a model says what it likes, also what is wrong: "red" of a blue shoe. Nothing would tell that the wish lacks a part, and
training would learn to pass over the word. So a query that names a value of a facet, in the catalogue's word or in one that the
lexicon lets training say, which the product does not have is dropped; so is one whose type is not named and that says a word
that neither belongs to the product nor asks for nothing, since this may be what the thing is called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Final

import numpy as np
import torch

from assortment.catalogue.product import Product
from assortment.protocol.lexicon import fold, train_words
from assortment.text import product_text
from training.augmentation.round_trip import FACETS, TOO_LITTLE, GeneratedQuery, Vectors, finding, says_enough, spoken
from training.augmentation.seq2seq import Seq2Seq
from training.precision import autocast
from training.queries import Vocabulary

OTHER_VALUE: Final = "names a value that its product does not have"
STRANGE: Final = "says a word that may be its type"
REPEATED: Final = "was written before"
_TOP_K: Final = 20  # tokens that each is sampled from, Fan et al. 2018
_LONGEST: Final = 3  # words of a value's name
_ASKS_NOTHING: Final = frozenset(fold("a an the some new nice good best i want need get find me for in of with and by from to"))


def write(writer: Seq2Seq, texts: Sequence[str], generator: np.random.Generator) -> list[str]:
    """A query for each product text, sampled; the same state of ``generator`` gives the same queries."""
    with torch.random.fork_rng(devices=[]), autocast("auto"):
        torch.manual_seed(int(generator.integers(0, 2**31)))
        return writer.generate(texts, doing="writing queries", do_sample=True, top_k=_TOP_K, num_beams=1)


def generate(
    writer: Seq2Seq,
    products: Sequence[Product],
    rows: Sequence[int],
    vectors: Vectors,
    encode: Callable[[Sequence[str]], Vectors],
    number: int,
    generator: np.random.Generator,
) -> tuple[list[GeneratedQuery], Counter[str]]:
    """Up to ``number`` queries about ``rows``, and what was dropped, by reason; arguments as ``titles.generate``."""
    drawn = generator.choice(np.asarray(rows), size=number).tolist()
    texts = write(writer, [product_text(products[row]) for row in drawn], generator)
    names, vocabulary = _Names(products), Vocabulary(products, None)
    dropped: Counter[str] = Counter()
    drafts: dict[tuple[str, ...], GeneratedQuery] = {}
    for row, text in zip(drawn, texts, strict=True):
        said = spoken(text, products[row], train_words)
        if not says_enough(said):
            dropped[TOO_LITTLE] += 1
        elif fault := names.fault(text, products[row], said):
            dropped[fault] += 1
        elif tuple(text.split()) in drafts:
            dropped[REPEATED] += 1
        else:
            facets = products[row].facets()
            wish, *further = vocabulary.meanings({facet: facets[facet] for facet in said}, said)
            drafts[tuple(text.split())] = GeneratedQuery(text, wish, row, tuple(further))
    kept, lost = finding(list(drafts.values()), vectors, encode)
    return kept, dropped + lost


class _Names:
    """What words name in a catalogue: every value of FACETS by its own name and by the lexicon's training words."""

    def __init__(self, products: Sequence[Product]) -> None:
        values = dict.fromkeys(item for product in products for item in product.facets().items() if item[0] in FACETS)
        self._named = {fold(word) for facet, value in values for word in train_words(facet, value)}

    def fault(self, text: str, product: Product, said: Collection[str]) -> str:
        """What a query says that is not its product's, empty for nothing; ``said`` are the product's facets that it names."""
        facets = product.facets()
        own = [word for facet in FACETS if facet in facets for word in train_words(facet, facets[facet])]
        known = {part for said in (product_text(product), *own) for part in fold(said)} | _ASKS_NOTHING
        words = fold(text)
        spans = [words[start:end] for start in range(len(words)) for end in range(start + 1, start + _LONGEST + 1)]
        if any(span in self._named and not set(span) <= known for span in spans):
            return OTHER_VALUE
        return STRANGE if "type" not in said and not set(words) <= known else ""
