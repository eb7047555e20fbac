"""Phrases that ask for a level of the price or for an order: "cheap", "not too expensive", "cheapest", "best rated".

A phrase inside of a value of the catalogue is none, as in the brand Cheap Monday. "Premium", "luxury" and "latest" stand in too
many names of products to be read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from assortment.serving.understanding.turned_down import CUES, with_minus
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
    _HIGH: (
        "expensive",
        "pricey",
        "costly",
        "high priced",
        "high price",
        "high end",
        "upmarket",
        "upscale",
        "not cheap",
        "not too cheap",
    ),
}
_AT_THE_LOWEST: Final = tuple(f"{at}lowest price" for at in ("at ", "at the ", "with the "))
_SORTS: Final = {
    "price_ascending": ("cheapest", "least expensive", "most affordable", "lowest price", "lowest priced", *_AT_THE_LOWEST),
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
_UNSAID: Final = (
    frozenset({"too", "more", "less", "than", "look", "looks", "looking", "overly", "never", *chain(*CUES)}) - _BEFORE
)
"""Words shortly before a phrase that make something else of it, as in "not overly expensive" and "no cheap shoes"."""
_COMPARED: Final = frozenset({"than", "look", "looking"})
"""The same right behind it."""
_REACH: Final = 3  # words before a phrase that are looked at; and the most of a value's words that stand before its last


@dataclass(frozen=True, slots=True)
class Phrase:
    """One that was found."""

    start: int
    end: int
    """Where the text says so."""
    meaning: str
    """One of PRICE_LEVELS or SORTS."""


def phrases(
    text: str, words: Sequence[Word], known: ValueWords, wanted: Collection[str], taken: Sequence[tuple[int, int]] = ()
) -> list[Phrase]:
    """Those of a text that mean one of ``wanted``, at most one level and one order.

    What is turned down ("not that cheap") is left alone, and so are levels that contradict each other.

    Args:
        text: whose words these are.
        words: all of them.
        known: values of the catalogue.
        wanted: of PRICE_LEVELS and SORTS.
        taken: places in the text that mean something else already.
    """
    if not any(word.text in _FIRST for word in words):
        return []  # most queries
    found: dict[bool, list[Phrase]] = {True: [], False: []}
    place = 0
    while place < len(words):
        length = _length(words, place)
        meaning = _MEANINGS.get(_said(words, place, length), "")
        free = all(words[place + length - 1].end <= start or words[place].start >= end for start, end in taken)
        if meaning in wanted and free and not _part_of_a_value(words, place, length, known):
            first = _start(words, place, known)
            if not _unsaid(text, words, first, taken):
                found[meaning in public.SORTS].append(Phrase(words[first].start, words[place + length - 1].end, meaning))
        place += max(1, length)
    return [same[0] for same in found.values() if len({phrase.meaning for phrase in same}) == 1]


def _length(words: Sequence[Word], place: int) -> int:
    """Words of the longest phrase that begins at ``place``; 0 when none does, as where "cheaper" is compared with something."""
    for length in range(min(_LONGEST, len(words) - place), 0, -1):
        if _said(words, place, length) in _MEANINGS:
            behind = words[place + length].text if place + length < len(words) else ""
            return 0 if behind in _COMPARED else length
    return 0


def _said(words: Sequence[Word], place: int, length: int) -> tuple[str, ...]:
    return tuple(word.text for word in words[place : place + length])


def _part_of_a_value(words: Sequence[Word], place: int, length: int, known: ValueWords) -> bool:
    """Whether a value of the catalogue covers the phrase, or has some of its words and others."""
    for start in range(max(0, place - _REACH), place + length):
        end = start + known.length(words[start:])
        if end > start and ((start < place < end) or (start == place and end >= place + length) or end > place + length > start):
            return True
    return False


def _start(words: Sequence[Word], place: int, known: ValueWords) -> int:
    """Where the phrase begins with the words that go with it, which are no words of a value."""
    while place and words[place - 1].text in _BEFORE:
        if any(start + known.length(words[start:]) >= place for start in range(max(0, place - 1 - _REACH), place)):
            return place
        place -= 1
    return place


def _unsaid(text: str, words: Sequence[Word], first: int, taken: Sequence[tuple[int, int]]) -> bool:
    """Whether it is turned down, by a word before it or by a minus sign."""
    before = [word for word in words[max(0, first - _REACH) : first] if all(word.start >= end for _, end in taken)]
    return with_minus(text, words[first]) < words[first].start or any(word.text in _UNSAID for word in before)
