"""Synonym replacement: a phrase by which a query names a value becomes another word for that value.

What the query asks for stays as it is. Only a value that all of its meanings share is called otherwise, and only in words that
mean no other value of the facet; a word that could be a part of a longer name ("red" in "red tape") is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from assortment.protocol.lexicon import fold
from training.queries.query import TrainingQuery
from training.queries.vocabulary import Part, Vocabulary, part_words

_Phrase = tuple[str, ...]
_PROTECTED: Final = ()  # the others of a phrase that stays


class SynonymReplacement:
    """Replaces one phrase of a query. Only words that queries for ``part`` may say are said."""

    def __init__(self, vocabulary: Vocabulary, part: Part) -> None:
        """``vocabulary``: of the same part."""
        self._vocabulary = vocabulary
        self._part: Part = part
        self._known: dict[tuple[str, str], dict[_Phrase, tuple[str, ...]]] = {}

    def __call__(self, query: TrainingQuery, generator: np.random.Generator) -> str:
        """The query's text with one phrase replaced; as it is when none can be."""
        words = query.text.split()
        found = [(start, end, others) for start, end, others in _longest(words, self._others(query)) if others]
        if not found:
            return query.text
        start, end, others = found[int(generator.integers(0, len(found)))]
        return " ".join([*words[:start], str(generator.choice(others)), *words[end:]])

    def _others(self, query: TrainingQuery) -> dict[_Phrase, tuple[str, ...]]:
        """Every phrase by which the query may name a value, and what may stand in its place."""
        meanings = (query.wish, *query.further)
        items = dict.fromkeys(item for named in (*meanings, query.unwanted) for item in named.items())
        merged: dict[_Phrase, tuple[str, ...]] = {}
        for facet, value in items:
            sure = all(meaning.get(facet) == value for meaning in meanings) or query.unwanted.get(facet) == value
            for phrase, others in self._of(facet, value).items():
                merged[phrase] = others if sure and phrase not in merged else _PROTECTED
        return merged

    def _of(self, facet: str, value: str) -> dict[_Phrase, tuple[str, ...]]:
        """A value's words, folded, and for each that means this value alone the others that do."""
        if (facet, value) not in self._known:
            words = {fold(word): word for word in part_words(facet, value, self._part, self._vocabulary.knowledge)}
            own = {phrase: word for phrase, word in words.items() if len(self._vocabulary.values(facet, value, word)) == 1}
            self._known[facet, value] = {
                phrase: tuple(word for other, word in own.items() if other != phrase) if phrase in own else _PROTECTED
                for phrase in words
            }
        return self._known[facet, value]


def _longest(words: Sequence[str], known: dict[_Phrase, tuple[str, ...]]) -> list[tuple[int, int, tuple[str, ...]]]:
    """Start, end and others of each known phrase that lies in no longer one."""
    most = max(map(len, known), default=0)
    spans: list[tuple[int, int, tuple[str, ...]]] = []
    for start in range(len(words)):
        for end in range(start + 1, min(start + most, len(words)) + 1):
            phrase = fold(" ".join(words[start:end]))
            if phrase in known and fold(words[start]) and fold(words[end - 1]):  # a hyphen beside it is no part of it
                spans.append((start, end, known[phrase]))
    return [
        (start, end, others)
        for start, end, others in spans
        if not any(first <= start and end <= last and (first, last) != (start, end) for first, last, _ in spans)
    ]
