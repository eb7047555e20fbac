"""Queries that turn something down: products that have it get grade 0, whatever else they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from assortment.catalogue.product import Product
from training.queries.draft import Draft
from training.queries.mentions import mentioned, phrase
from training.queries.vocabulary import Vocabulary

_FACETS: Final = ("colour", "brand", "pattern", "material", "usage")
_PATTERNS: Final = ("{} not {}", "{} but no {}", "{} without {}", "{} except {}", "non {1} {0}", "{} other than {}")


class Negation:
    """Turns down a value that other products of the type have."""

    def __init__(self, products: Sequence[Product]) -> None:
        """``products`` are those that training may show."""
        found: dict[str, dict[str, list[str]]] = {}
        for product in products:
            for facet in _FACETS:
                if value := product.facets().get(facet):
                    found.setdefault(product.type, {}).setdefault(facet, []).append(value)
        self._values: Mapping[str, Mapping[str, list[str]]] = found  # as often as products have them

    def __call__(self, product: Product, vocabulary: Vocabulary, generator: np.random.Generator) -> Draft | None:
        """A draft; None when nothing else is there to turn down."""
        facets = product.facets()
        offered = [facet for facet in self._values.get(product.type, {}) if facet in facets]
        if not offered:
            return None
        facet = str(generator.choice(offered))
        value = str(generator.choice(self._values[product.type][facet]))
        if value == facets[facet] or value.lower().endswith(" " + facets[facet].lower()):
            return None
        wish = {"type": product.type, **{f: v for f, v in mentioned(facets, generator).items() if f not in (facet, "type")}}
        spoken = {f: vocabulary.say(f, v, generator) for f, v in wish.items()}
        pattern = str(generator.choice(_PATTERNS))
        wanted = phrase(spoken, generator)
        word = vocabulary.say(facet, value, generator)
        if len(vocabulary.values(facet, value, word)) > 1:  # it would turn down others, perhaps the product's own
            word = value.lower()
        return Draft(pattern.format(wanted, word), vocabulary.meanings(wish, spoken), {facet: value})
