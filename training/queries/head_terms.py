"""Head terms: one word that stands for many types ("shoes"), now and then with one further facet."""

from __future__ import annotations

from typing import Final

import numpy as np

from assortment.catalogue.product import Product
from training.queries.draft import Draft
from training.queries.vocabulary import Vocabulary

_FURTHER: Final = ("gender", "colour", "brand", "usage")
_WITH_FURTHER: Final = 0.5


def head_term(product: Product, vocabulary: Vocabulary, generator: np.random.Generator) -> Draft | None:
    """A head term for the product's type; None when there is none."""
    words = [word for word, types in vocabulary.knowledge.heads.items() if product.type in types]
    if not words:
        return None
    word = str(generator.choice(words))
    facets = product.facets()
    known = [facet for facet in _FURTHER if facet in facets]
    wish, spoken, said = {}, [word], {}
    if known and generator.random() < _WITH_FURTHER:
        facet = str(generator.choice(known))
        wish[facet] = facets[facet]
        place = int(generator.integers(0, 2))
        said[facet] = vocabulary.say(facet, facets[facet], generator)
        spoken.insert(place, said[facet])
    types = (product.type, *(other for other in vocabulary.knowledge.heads[word] if other != product.type))
    meanings = vocabulary.meanings(wish, said)
    return Draft(" ".join(spoken), tuple({"type": kind, **meaning} for kind in types for meaning in meanings))
