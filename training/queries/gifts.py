"""Gift queries: who it is for instead of whose department it hangs in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from assortment.catalogue.product import Product
from training.queries.draft import Draft
from training.queries.vocabulary import Vocabulary

_RECEIVERS: Final[Mapping[str, tuple[str, ...]]] = {
    "men": ("dad", "my father", "my brother", "my boyfriend", "grandpa", "him", "a man", "uncle"),
    "women": ("mum", "mom", "my mother", "my sister", "my girlfriend", "grandma", "her", "auntie"),
    "boys": ("my nephew", "a little boy", "my grandson", "a ten year old boy"),
    "girls": ("my niece", "a little girl", "my granddaughter", "a ten year old girl"),
}
_PATTERNS: Final = ("{} gift for {}", "{} as a present for {}", "birthday gift {} for {}", "{} for {}", "christmas present {} {}")


def gift(product: Product, vocabulary: Vocabulary, generator: np.random.Generator) -> Draft | None:
    """A thing or a brand as a gift for somebody; None where the catalogue does not tell for whom a product is."""
    facets = product.facets()
    receivers = _RECEIVERS.get(facets.get("gender", "").lower())
    what = [facet for facet in ("type", "brand", "usage") if facet in facets]
    if not receivers or not what:
        return None
    facet = str(generator.choice(what))
    word = vocabulary.say(facet, facets[facet], generator)
    wish = {facet: facets[facet], "gender": facets["gender"]}
    text = str(generator.choice(_PATTERNS)).format(word, generator.choice(receivers))
    return Draft(text, vocabulary.meanings(wish, {facet: word}))
