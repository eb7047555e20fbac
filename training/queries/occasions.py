"""Queries that name an occasion and leave the thing to the shop, or name both."""

from __future__ import annotations

from typing import Final

import numpy as np

from assortment.catalogue.product import Product
from training.queries.draft import Draft
from training.queries.vocabulary import Vocabulary

_OPEN: Final = ("something for {}", "what do i need for {}", "{} outfit", "ideas for {}", "things to wear for {}")
_NAMED: Final = ("{thing} for {occasion}", "{occasion} {thing}", "{thing} to use for {occasion}")


def occasion(product: Product, vocabulary: Vocabulary, generator: np.random.Generator) -> Draft | None:
    """An occasion that the product's type is for; None when there is none."""
    found = [name for name, types in vocabulary.knowledge.occasions.items() if product.type in types]
    if not found:
        return None
    name = str(generator.choice(found))
    facets = product.facets()
    further = {"gender": facets["gender"]} if "gender" in facets and generator.random() < 0.3 else {}
    said = {facet: vocabulary.say(facet, value, generator) for facet, value in further.items()}
    spoken = " ".join(said.values())
    if generator.random() < 0.5:
        thing = vocabulary.say("type", product.type, generator)
        text = str(generator.choice(_NAMED)).format(thing=thing, occasion=name)
        return Draft(f"{spoken} {text}".strip(), vocabulary.meanings({"type": product.type, **further}, {"type": thing, **said}))
    types = (product.type, *(other for other in vocabulary.knowledge.occasions[name] if other != product.type))
    text = str(generator.choice(_OPEN)).format(name)
    meanings = vocabulary.meanings(further, said)
    return Draft(f"{spoken} {text}".strip(), tuple({"type": kind, **meaning} for kind in types for meaning in meanings))
