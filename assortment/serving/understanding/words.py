"""A query's words with their places, and as they are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_SIBILANTS: Final = ("ches", "shes", "sses", "xes")
_LONG: Final = 4  # letters of a word that may have an ending
CONNECTORS: Final = frozenset(
    (
        *("for", "and", "or", "but", "nor", "with", "without", "in", "from", "by", "of", "to", "on", "at", "that", "which"),
        *("is", "are", "not", "no", "non", "except", "excluding", "other", "please", "thanks", "only", "total", "as", "if"),
        *("min", "max", "under", "over", "below", "above", "more", "less", "than", "some", "any", "all", "the", "a", "an"),
        *("new", "newest", "best", "top", "good", "nice", "cheap", "cheaper", "cheapest", "affordable", "expensive", "my"),
    )
)
"""Words that may follow a price or a value without being what it counts or goes with."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query."""

    start: int
    end: int
    text: str
    """In lower case."""
    stem: str
    """Without English endings."""


def words_of(text: str) -> list[Word]:
    """Its words in order: letters and digits, split at everything else but an apostrophe."""
    written = ((found.start(), found.end(), found[0].casefold().replace("\u2019", "'")) for found in _WORD.finditer(text))
    return [Word(start, end, word, stem(word)) for start, end, word in written]


def stems(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared."""
    return tuple(word.stem for word in words_of(text))


def is_plural(word: str) -> bool:
    """Whether a word in lower case ends as English plurals do."""
    return word.endswith("s") and not word.endswith("ss")


def stem(word: str) -> str:
    """A word in lower case without English endings: "watches" and "watch" are one, and so are "stripes" and "striped"."""
    word = word.removesuffix("'s")
    if len(word) >= _LONG and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) >= _LONG and word.endswith(_SIBILANTS):
        return word[:-2]
    if len(word) >= _LONG and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    if len(word) > _LONG and word.endswith("ed"):
        return word[:-2]
    return word[:-1] if len(word) > _LONG and word.endswith("e") else word
