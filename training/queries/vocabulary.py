"""What training queries call a value: the catalogue's own name, the training words of the lexicon, and the knowledge base's."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np

from assortment.catalogue.product import Product
from assortment.protocol.grades import Wish
from assortment.protocol.lexicon import fold, train_words
from training.knowledge.base import Knowledge

Part = Literal["encoder", "scorer"]
"""Who learns from the queries. A share of the synonyms is kept from the encoder, so that the scorer meets words that the
encoder has never seen, as it will in service, and learns how far to trust it then."""

OWN_NAMES: Final = 0.45
_OF_LEXICON: Final = 0.5  # of the synonyms said, where the lexicon and the knowledge base both have some
_KEPT_FOR_SCORER: Final = 20  # per cent of the synonyms
_MOST_MEANINGS: Final = 6
_SINGULAR: Final = 0.2  # how often a plural loses its ending


def part_words(facet: str, value: str, part: Part, knowledge: Knowledge | None = None) -> tuple[str, ...]:
    """The words of a value that queries for the encoder or for the scorer may use, the catalogue's own name first."""
    own, *synonyms = train_words(facet, value)
    known = dict.fromkeys([*synonyms, *(knowledge.synonyms(facet, value) if knowledge else ())])
    kept = [word for word in known if zlib.crc32(" ".join(fold(word)).encode()) % 100 < _KEPT_FOR_SCORER]
    return (own, *(kept if part == "scorer" else [word for word in known if word not in kept]))


class Vocabulary:
    """Words for the values of one catalogue, and the values that a word may mean."""

    def __init__(
        self, products: Sequence[Product], knowledge: Knowledge | None, *, part: Part = "encoder", own_names: float = OWN_NAMES
    ) -> None:
        """``own_names`` is the share of values that are called by the catalogue's own name though there are synonyms."""
        self.knowledge = knowledge or Knowledge()
        self._own_names = own_names
        self._synonyms: dict[tuple[str, str], tuple[tuple[str, ...], ...]] = {}
        self._meant: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for facet, value in dict.fromkeys(item for product in products for item in product.facets().items()):
            words = part_words(facet, value, part, knowledge)[1:]
            listed = set(train_words(facet, value))
            of_lexicon = tuple(word for word in words if word in listed)
            self._synonyms[facet, value] = (of_lexicon, tuple(word for word in words if word not in listed))
            for word in {*train_words(facet, value), *self.knowledge.synonyms(facet, value)}:
                self._meant.setdefault((facet, fold(word)), []).append(value)

    def say(self, facet: str, value: str, generator: np.random.Generator) -> str:
        """A word for a value."""
        sources = [words for words in self._synonyms.get((facet, value), ()) if words]
        word = value.lower()
        if sources and generator.random() >= self._own_names:
            source = sources[0] if generator.random() < _OF_LEXICON else sources[-1]
            word = str(generator.choice(source))
        return _without_ending(word) if facet == "type" and generator.random() < _SINGULAR else word

    def has_synonyms(self, wish: Wish) -> bool:
        """Whether any value of a wish may be called otherwise than by its own name."""
        return any(any(self._synonyms.get(item, ())) for item in wish.items())

    def meanings(self, wish: Wish, spoken: Mapping[str, str]) -> tuple[Wish, ...]:
        """What the words for a wish may ask for, the wish itself first; only it when the words could mean nearly anything."""
        choices = []
        for facet, value in wish.items():
            meant = self.values(facet, value, spoken[facet]) if facet in spoken else (value,)
            choices.append([(facet, each) for each in meant])
        if np.prod([len(choice) for choice in choices]) > _MOST_MEANINGS:
            return (wish,)
        return tuple(dict(meaning) for meaning in itertools.product(*choices))

    def values(self, facet: str, value: str, word: str) -> tuple[str, ...]:
        """All values that a word said for ``value`` may mean, ``value`` first; only it when the word is its own name."""
        others = [] if fold(word) == fold(value) else self._meant.get((facet, fold(word)), [])
        return (value, *(other for other in others if other != value))


def _without_ending(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "ies", "hes", "xes")) else word
