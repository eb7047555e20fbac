"""Values that a query turns down: "shirts but not black", "sandals other than Nike or Puma", "non black shoes", "boots -brown".

Vectors do not understand "not": a query that names black is near black, whatever stands before the word
(docs/adr/0023-words-that-filter.md). So the words are taken out of what is encoded, and products that have the value out of what
is found. Only values of the catalogue can be turned down: "non-stick pan" and "t-shirt without sleeves" stay what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from assortment.serving.understanding.value_words import Meaning, ValueWords
from assortment.serving.understanding.words import Word

CUES: Final = (
    ("other", "than"),
    ("anything", "but"),
    ("everything", "but"),
    ("apart", "from"),
    *((word,) for word in ("not", "no", "non", "nor", "without", "except", "excluding", "neither", "isn't", "aren't", "don't")),
)
_BEFORE: Final = frozenset({"but", "and", "or", "that", "which", "is", "are", "it", "they", "i", "we", "do", "please"})
_BETWEEN: Final = frozenset({"any", "anything", "in", "from", "by", "made", "of", "for", "want", "a", "an", "the"})
_NO_OBJECT: Final = frozenset({"only", "just", "too", "so", "very", "really", "necessarily"})
_MOST_BETWEEN: Final = 3
_MORE: Final = frozenset({"or", "and", "nor"})


@dataclass(slots=True)
class TurnedDown:
    """What was found."""

    spans: list[tuple[int, int]] = field(default_factory=list)
    """Places in the text that say so, in order."""
    values: dict[str, list[str]] = field(default_factory=dict)
    """Field of the filters, or attribute, to values of it."""

    def add(self, meaning: Meaning) -> None:
        """Some more values."""
        for name, values in meaning.values.items():
            known = self.values.setdefault(name, [])
            known.extend(value for value in values if value not in known)


def turned_down(text: str, words: Sequence[Word], known: ValueWords) -> TurnedDown:
    """The values that a text turns down, and where."""
    found = TurnedDown()
    place = 0
    while place < len(words):
        after = _after_cue(text, words, place, known)
        meaning = None if after is None else known.longest(words[after:])
        if after is None or meaning is None:
            place += 1
            continue
        first = place
        while first and words[first - 1].text in _BEFORE and not _taken(found, words[first - 1]):
            first -= 1
        place = after + meaning.num_words
        found.add(meaning)
        while more := _one_more(text, words, place, meaning, known):
            place, meaning = more
            found.add(meaning)
        found.spans.append((with_minus(text, words[first]), words[place - 1].end))
    return found


def _after_cue(text: str, words: Sequence[Word], place: int, known: ValueWords) -> int | None:
    """Where the words begin that a cue at ``place`` is about; None when there is no cue, as in a brand that begins with "No"."""
    if with_minus(text, words[place]) < words[place].start:
        return place  # "-black": of the word itself
    said = tuple(word.text for word in words[place : place + 2])
    cue = next((cue for cue in CUES if said[: len(cue)] == cue), ())
    after = place + len(cue)
    if not cue or known.longest(words[place:]) or (after < len(words) and words[after].text in _NO_OBJECT):
        return None
    for _ in range(_MOST_BETWEEN):
        if after < len(words) and words[after].text in _BETWEEN:
            after += 1
    return after


def _one_more(text: str, words: Sequence[Word], place: int, before: Meaning, known: ValueWords) -> tuple[int, Meaning] | None:
    """The next value of a list, "black, white or red": of a facet that the one before is of, too."""
    if place >= len(words):
        return None
    between = text[words[place - 1].end : words[place].start].strip()
    if words[place].text in _MORE:
        place += 1
    elif between not in (",", "/"):
        return None
    meaning = known.longest(words[place:])
    if meaning is None or not before.values.keys() & meaning.values.keys():
        return None
    return place + meaning.num_words, meaning


def with_minus(text: str, word: Word) -> int:
    """Where a word starts with the minus sign of "boots -brown" before it; a hyphen inside of a word is none."""
    signed = word.start >= 2 and text[word.start - 1] == "-" and text[word.start - 2].isspace() and word.text[0].isalpha()
    return word.start - 1 if signed else word.start


def _taken(found: TurnedDown, word: Word) -> bool:
    return bool(found.spans) and word.start < found.spans[-1][1]
