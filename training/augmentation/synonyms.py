"""Synonym replacement in any text: a word or phrase that the knowledge base knows becomes another word for the same value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from assortment.protocol.lexicon import fold
from training.knowledge.base import Knowledge
from training.queries.vocabulary import part_words

_LONGEST: Final = 3  # words of a phrase


class SynonymReplacement:
    """Replaces one phrase of a text. Only words that the encoder's queries may say are said."""

    def __init__(self, knowledge: Knowledge, values: Iterable[tuple[str, str]]) -> None:
        """``values`` are the facets and values of the catalogue."""
        self._others: dict[tuple[str, ...], list[str]] = {}
        for facet, value in values:
            words = part_words(facet, value, "encoder", knowledge)
            for word in words:
                self._others.setdefault(fold(word), []).extend(other for other in words if other != word)

    def __call__(self, text: str, generator: np.random.Generator) -> str:
        """The text with one phrase replaced; as it is when no phrase of it is known."""
        words = text.split()
        spans = [
            (start, end)
            for start in range(len(words))
            for end in range(start + 1, min(start + _LONGEST, len(words)) + 1)
            if self._others.get(fold(" ".join(words[start:end])))
        ]
        if not spans:
            return text
        start, end = spans[int(generator.integers(0, len(spans)))]
        other = str(generator.choice(self._others[fold(" ".join(words[start:end]))]))
        return " ".join([*words[:start], other, *words[end:]])
