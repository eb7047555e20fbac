"""Which values of a catalogue a few words may mean."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from assortment import artefacts
from assortment.serving.understanding.words import Word, stem, stems, words_of

LONGEST: Final = 4
"""Words of a value that is looked for."""
_MEAN_NOTHING: Final = frozenset({"yes", "no", "none", "other", "others", "unknown", "na"})
_BY_LAST_WORDS: Final = frozenset({"category", "colour", "color"})
"""Fields whose values are what their last words say: navy blue is a blue, casual shoes are shoes. Faux leather is no leather."""

_EITHER: Final = frozenset({"category"})
"""Fields where a product of "Coats & Jackets" is one or the other; what is black/white is both."""
_PARTS: Final = re.compile(r"\s*[&/,]\s*|\s+and\s+", re.IGNORECASE)

_FIELD_WORDS: Final = frozenset(
    {"category", "type", "department", "brand", "colour", "color", "size", "material", "pattern", "gender"}
)
"""What a facet is called says nothing of its values: "not colour" turns down no Natural Colour."""

_FIELD: Final = {"type": "category"}
"""A facet whose field in the filters is called otherwise."""

Words = Mapping[str, Mapping[str, Sequence[str]]]
"""Facet to value to words."""


def read(folder: Path) -> Words:
    """VALUE_WORDS of a folder; empty where there is none."""
    file = folder / artefacts.VALUE_WORDS
    words: Words = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return words


How = Literal["whole", "part", "tail", "name"]
"""The value itself; one of the kinds that it joins, "coats" of "Coats & Jackets"; its last words; or what else it is called."""


@dataclass(frozen=True, slots=True)
class Sense:
    """One value that words may mean."""

    field: str
    """Of the filters, or an attribute."""
    value: str
    how: How
    written: tuple[str, ...] = ()
    """These words as the value has them; empty for a name."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """Values that words mean, and how many words that took."""

    num_words: int
    senses: tuple[Sense, ...]

    @property
    def fields(self) -> set[str]:
        """Those that the values are of."""
        return {sense.field for sense in self.senses}


class ValueWords:
    """An index from words to values. Case, hyphens and English plurals make no difference."""

    def __init__(self, values: Mapping[str, Sequence[str]], also: Words | None = None) -> None:
        """Numbers and single letters mean nothing.

        Args:
            values: those of each field of the filters and each attribute.
            also: what else values are called, by facet. Such a word means nothing where a value itself is called so, nor
                where it ends as the value does: green tea is a kind of tea.
        """
        found: dict[tuple[str, ...], list[Sense]] = defaultdict(list)
        for field, named in values.items():
            for value in named:
                for phrase, sense in _own(field, value).items():
                    found[phrase].append(sense)
        names = frozenset(found)
        for facet, of_facet in (also or {}).items():
            field = _FIELD.get(facet, facet.casefold())
            for value in values.get(field, ()):
                for phrase in {stems(word) for word in of_facet.get(value, ())} - names:
                    if 0 < len(phrase) <= LONGEST and phrase[-1] not in _heads(value):
                        found[phrase].append(Sense(field, value, "name"))
        self._senses = {phrase: tuple(senses) for phrase, senses in _telling(found).items()}
        self._own = {phrase for phrase, senses in self._senses.items() if any(sense.how != "name" for sense in senses)}

    def length(self, words: Sequence[Word], *, own: bool = False) -> int:
        """How many of the first words mean something together, as many as may be; 0 when they mean nothing.

        Args:
            words: the first ones are looked at.
            own: whether only a value's own words count, and not what else it is called.
        """
        stems_ = tuple(word.stem for word in words[:LONGEST])
        phrases = self._own if own else self._senses
        return next((number for number in range(len(stems_), 0, -1) if stems_[:number] in phrases), 0)

    def longest(self, words: Sequence[Word], *, as_written: bool = True) -> Meaning | None:
        """What the first words mean, as many of them as mean something; None when they mean nothing.

        Args:
            words: the first ones are looked at.
            as_written: whether values that are written as the words are go before those of other endings: "blue" is no genre of
                music, the blues.
        """
        number = self.length(words)
        if not number:
            return None
        found = self._senses[tuple(word.stem for word in words[:number])]
        said = tuple(word.text for word in words[:number])
        exact = tuple(sense for sense in found if sense.written == said) if as_written else ()
        return Meaning(number, exact or found)


def _telling(found: Mapping[tuple[str, ...], Sequence[Sense]]) -> dict[tuple[str, ...], list[Sense]]:
    """Those phrases and senses that say more than what a facet is called."""
    called = {(stem(word),) for word in _FIELD_WORDS}
    told = {
        phrase: [sense for sense in senses if phrase != stems(sense.field) and (sense.how == "whole" or phrase not in called)]
        for phrase, senses in found.items()
    }
    return {phrase: senses for phrase, senses in told.items() if senses}


def _own(field: str, value: str) -> dict[tuple[str, ...], Sense]:
    """A value's own phrases, as they are compared."""
    written = [_written(value)]
    by_last_words = field.casefold() in _BY_LAST_WORDS
    own = {stems(value): Sense(field, value, "whole", written[0])}
    parts = _PARTS.split(value) if by_last_words else []
    if len(parts) > 1:
        written = [*map(_written, parts), *written]
    for words in written if by_last_words else ():
        how: How = "part" if len(words) < len(written[-1]) and field.casefold() in _EITHER else "tail"
        for start in range(len(words)) if len(words) <= LONGEST else ():
            tail = words[start:]
            if start and any(character.isdecimal() for word in tail for character in word):
                continue  # "shirts under 50" are no "Gifts under 50"
            own.setdefault(tuple(map(stem, tail)), Sense(field, value, how, tail))
    return {phrase: sense for phrase, sense in own.items() if _means_something(phrase)}


def _heads(value: str) -> set[str]:
    """The last word of a value, and of each kind that it joins, as they are compared."""
    return {words[-1] for part in _PARTS.split(value) if (words := stems(part))}


def _written(value: str) -> tuple[str, ...]:
    return tuple(word.text for word in words_of(value))


def _means_something(phrase: tuple[str, ...]) -> bool:
    if not 0 < len(phrase) <= LONGEST or (len(phrase) == 1 and phrase[0] in _MEAN_NOTHING):
        return False
    return any(word.isalpha() and len(word) > 1 for word in phrase)
