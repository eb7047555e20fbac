"""Phrases that ask for a level of the price or for an order: "cheap", "not too expensive", "cheapest", "best rated".

A phrase inside of a value of the catalogue is none, as in the brand Cheap Monday. "Premium", "luxury" and "latest" stand in too
many names of products to be read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from assortment.serving.understanding.value_words import ValueWords
from assortment.serving.understanding.words import Word
from assortment_client import contract as public

_LOW, _HIGH = public.PRICE_LEVELS
_LEVELS: Final = {
    _LOW: (
        "cheap",
        "cheaper",
        "affordable",
        "inexpensive",
        "low cost",
        "low price",
        "low priced",
        "at a low price",
        "reasonably priced",
        "budget friendly",
        "on a budget",
        "on a tight budget",
        "less expensive",
        "not expensive",
        "not too expensive",
        "not so expensive",
        "not very expensive",
        "not pricey",
    ),
    _HIGH: ("expensive", "pricey", "costly", "high priced", "high end", "upmarket", "upscale", "not cheap", "not too cheap"),
}
_SORTS: Final = {
    "price_ascending": ("cheapest", "least expensive", "most affordable", "lowest price", "lowest priced"),
    "price_descending": ("most expensive", "priciest", "highest price", "highest priced"),
    "rating": ("best rated", "top rated", "highest rated", "best reviewed"),
    "newest": ("newest",),
}
_MEANINGS: Final = {
    tuple(phrase.split()): meaning
    for meanings in (_LEVELS, _SORTS)
    for meaning, phrases in meanings.items()
    for phrase in phrases
}
_FIRST: Final = frozenset(phrase[0] for phrase in _MEANINGS)
_LONGEST: Final = max(map(len, _MEANINGS))
_BEFORE: Final = frozenset({"the", "a", "an", "very", "really", "quite", "so", "fairly", "that", "which", "is", "are", "but"})
"""Words that go with a phrase."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One that was found."""

    start: int
    end: int
    """Where the text says so."""
    meaning: str
    """One of PRICE_LEVELS or SORTS."""


def phrases(words: Sequence[Word], known: ValueWords, wanted: Collection[str]) -> list[Phrase]:
    """Those of a text that mean one of ``wanted``, in order, the first of each kind: one level, one order."""
    found: list[Phrase] = []
    place = 0 if any(word.text in _FIRST for word in words) else len(words)  # most queries have none
    while place < len(words):
        value = known.longest(words[place:])
        length = _length(words, place)
        if value is not None and value.num_words >= length:
            place += value.num_words
            continue
        meaning = _MEANINGS.get(_said(words, place, length), "")
        if meaning in wanted and not any((meaning in _SORTS) == (other.meaning in _SORTS) for other in found):
            first = place
            while first and words[first - 1].text in _BEFORE:
                first -= 1
            found.append(Phrase(words[first].start, words[place + length - 1].end, meaning))
        place += max(1, length)
    return found


def _length(words: Sequence[Word], place: int) -> int:
    """Words of the longest phrase that begins at ``place``; 0 when none does, as where "cheaper" is compared with something."""
    for length in range(min(_LONGEST, len(words) - place), 0, -1):
        if _said(words, place, length) in _MEANINGS:
            behind = words[place + length].text if place + length < len(words) else ""
            return 0 if behind == "than" else length
    return 0


def _said(words: Sequence[Word], place: int, length: int) -> tuple[str, ...]:
    return tuple(word.text for word in words[place : place + length])
