"""Which values of a catalogue a few words may mean."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assortment import artefacts
from assortment.serving.understanding.words import Word, stems, words_of

_LONGEST: Final = 4
"""Words of a value that is looked for."""
_MEAN_NOTHING: Final = frozenset({"yes", "no", "none", "other", "others", "unknown", "na"})
_BY_LAST_WORDS: Final = frozenset({"category", "colour", "color"})
"""Fields whose values are what their last words say: navy blue is a blue, casual shoes are shoes. Faux leather is no leather."""

_FIELD: Final = {"type": "category"}
"""A facet whose field in the filters is called otherwise."""

Words = Mapping[str, Mapping[str, Sequence[str]]]
"""Facet to value to words."""


def read(folder: Path) -> Words:
    """VALUE_WORDS of a folder; empty where there is none."""
    file = folder / artefacts.VALUE_WORDS
    words: Words = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return words


@dataclass(frozen=True, slots=True)
class Meaning:
    """Values that words mean, and how many words that took."""

    num_words: int
    values: Mapping[str, tuple[str, ...]]
    """Field of the filters, or attribute, to values of it."""


class ValueWords:
    """An index from words to values. Case, hyphens and English plurals make no difference."""

    def __init__(self, values: Mapping[str, Sequence[str]], also: Words | None = None) -> None:
        """Numbers and single letters mean nothing.

        Args:
            values: those of each field of the filters and each attribute.
            also: what else values are called, by facet. Such a word means nothing where a value itself is called so.
        """
        found: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        for field, named in values.items():
            for value in named:
                for phrase in _phrases(stems(value), by_last_words=field.casefold() in _BY_LAST_WORDS):
                    found[phrase].append((field, value))
        names = frozenset(found)
        for facet, of_facet in (also or {}).items():
            field = _FIELD.get(facet, facet.casefold())
            for value in values.get(field, ()):
                for phrase in {stems(word) for word in of_facet.get(value, ())} - names:
                    if 0 < len(phrase) <= _LONGEST:
                        found[phrase].append((field, value))
        self._values = dict(found)

    def length(self, words: Sequence[Word]) -> int:
        """How many of the first words mean something together, as many as may be; 0 when they mean nothing."""
        stems_ = [word.stem for word in words[:_LONGEST]]
        return next((number for number in range(len(stems_), 0, -1) if tuple(stems_[:number]) in self._values), 0)

    def longest(self, words: Sequence[Word]) -> Meaning | None:
        """What the first words mean, as many of them as mean something; None when they mean nothing.

        Values that are written as the words are go before those of other endings: "blue" is no genre of music, the blues.
        """
        number = self.length(words)
        if not number:
            return None
        found = self._values[tuple(word.stem for word in words[:number])]
        said = tuple(word.text for word in words[:number])
        exact = [(field, value) for field, value in found if _written(value)[-number:] == said]
        values: dict[str, list[str]] = defaultdict(list)
        for field, value in exact or found:
            values[field].append(value)
        return Meaning(number, {field: tuple(named) for field, named in values.items()})


def _written(value: str) -> tuple[str, ...]:
    return tuple(word.text for word in words_of(value))


def _phrases(words: tuple[str, ...], *, by_last_words: bool) -> list[tuple[str, ...]]:
    if not 0 < len(words) <= _LONGEST:
        return []
    phrases = [words[start:] for start in range(len(words) if by_last_words else 1)]
    return [phrase for phrase in phrases if any(word.isalpha() and len(word) > 1 for word in phrase) and not _empty(phrase)]


def _empty(phrase: tuple[str, ...]) -> bool:
    return len(phrase) == 1 and phrase[0] in _MEAN_NOTHING
