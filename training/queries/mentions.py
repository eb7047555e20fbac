"""Which facets a query names, and how words for them are put in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from assortment.catalogue.product import Product
from training.queries.draft import Draft
from training.queries.vocabulary import Vocabulary

_MENTIONED: Final = {"type": 0.8, "colour": 0.55, "gender": 0.5, "brand": 0.35, "department": 0.05, "season": 0.03, "year": 0.0}
_OTHER_MENTIONED: Final = 0.2  # any further attribute
PATTERNS: Final = (
    "{front} {type}",
    "{front} {type} {back}",
    "{type} {back}",
    "{type} - {back}",
    "buy {front} {type}",
    "show me {type} {back}",
)
_CONNECTIVES: Final = {
    "colour": "that are",
    "gender": "suited to",
    "brand": "of the brand",
    "usage": "meant as",
    "material": "made of",
}
_CONNECTED: Final = 0.35
_ANY_TYPE: Final = ("goods", "articles", "pieces", "something {front}", "everything {front}", "a gift {front}")
"""What stands for the type in queries that name none. Some stand before the rest."""
_SAYS_ANY_TYPE: Final = 0.5


def plain(product: Product, vocabulary: Vocabulary, generator: np.random.Generator) -> Draft | None:
    """Any facets of the product; what is not named is left open."""
    return drafted(mentioned(product.facets(), generator), vocabulary, generator)


def brand_only(product: Product, vocabulary: Vocabulary, generator: np.random.Generator) -> Draft | None:
    """The brand and nothing else."""
    return drafted({"brand": product.brand}, vocabulary, generator) if product.brand else None


def colour_only(product: Product, vocabulary: Vocabulary, generator: np.random.Generator) -> Draft | None:
    """The colour, now and then with a gender, but no thing."""
    facets = product.facets()
    if "colour" not in facets:
        return None
    chosen: dict[str, str] = {facet: facets[facet] for facet in ("colour", "gender") if facet in facets}
    if generator.random() < 0.5:
        chosen.pop("gender", None)
    return drafted(chosen, vocabulary, generator)


def drafted(wish: Mapping[str, str], vocabulary: Vocabulary, generator: np.random.Generator) -> Draft | None:
    """A wish in words; None for one that names nothing."""
    if not wish:
        return None
    spoken = {facet: vocabulary.say(facet, value, generator) for facet, value in wish.items()}
    return Draft(phrase(spoken, generator), vocabulary.meanings(wish, spoken))


def mentioned(facets: Mapping[str, str], generator: np.random.Generator) -> dict[str, str]:
    """The facets that a shopper names."""
    return {facet: value for facet, value in facets.items() if generator.random() < _MENTIONED.get(facet, _OTHER_MENTIONED)}


def phrase(words: Mapping[str, str], generator: np.random.Generator) -> str:
    """Facet to word as a query: the type's word in the middle, the others before and behind it in any order."""
    spoken = dict(words)
    thing = spoken.pop("type", "")
    facets = list(spoken)
    generator.shuffle(facets)
    if not thing:
        return _without_type(" ".join(spoken[facet] for facet in facets), generator)
    pattern = str(generator.choice(PATTERNS)) if facets else "{type}"
    cut = (
        int(generator.integers(0, len(facets) + 1))
        if "{front}" in pattern and "{back}" in pattern
        else len(facets) * ("{front}" in pattern)
    )
    front = " ".join(spoken[facet] for facet in facets[:cut])
    back = " ".join(_behind(facet, spoken[facet], generator) for facet in facets[cut:])
    return " ".join(pattern.format(front=front, type=thing, back=back).split()).strip(" -")


def _behind(facet: str, word: str, generator: np.random.Generator) -> str:
    """A value behind the type is tied to it now and then: "that are navy"."""
    return f"{_CONNECTIVES.get(facet, 'with')} {word}" if generator.random() < _CONNECTED else word


def _without_type(front: str, generator: np.random.Generator) -> str:
    """Half the time with a word for things of any type, which the intent has to tell from a type."""
    if generator.random() >= _SAYS_ANY_TYPE:
        return front
    word = str(generator.choice(_ANY_TYPE))
    return word.format(front=front) if "{front}" in word else f"{front} {word}"
