"""Values that a query turns down: "shirts but not black", "sandals other than Nike or Puma", "non black shoes", "boots -brown".

Vectors do not understand "not": a query that names black is near black, whatever stands before the word
(docs/adr/0023-words-that-filter.md). So the words are taken out of what is encoded, and products that have the value out of what
is found. Only values of the catalogue can be turned down: "non-stick pan" and "t-shirt without sleeves" stay what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from assortment.serving.understanding.plain_adjectives import num_adjectives
from assortment.serving.understanding.value_words import LONGEST, Meaning, Sense, ValueWords
from assortment.serving.understanding.words import CONNECTORS, Word, is_plural

CUES: Final = (
    ("other", "than"),
    ("anything", "but"),
    ("everything", "but"),
    ("apart", "from"),
    *((word,) for word in ("not", "no", "non", "nor", "without", "except", "excluding", "neither", "isn't", "aren't", "don't")),
)
_NAMED_AFTER_THINGS: Final = frozenset({"colour", "color"})  # "earrings without pearls" lack no colour
_BEFORE: Final = frozenset({"but", "and", "or", "that", "which", "is", "are", "it", "they", "i", "we", "do", "please"})
_BETWEEN: Final = frozenset({"any", "anything", "in", "from", "by", "made", "of", "for", "want", "a", "an", "the"})
_NO_OBJECT: Final = frozenset({"only", "just", "too", "so", "very", "really", "necessarily"})
_MOST_BETWEEN: Final = 3
_MORE: Final = frozenset({"or", "and", "nor"})
_EITHER: Final = frozenset({"or", "nor"})
"""What follows is turned down, too, whatever it is of: "not white or striped"."""
_LACKING: Final = frozenset({"without"})
"""What follows may be a part of what is asked for, and no product: "keyboard without cable"."""
_NAMES_NOTHING: Final = CONNECTORS.union(
    ("between", "up", "around", "about", "size", "sized", "cost", "costs", "costing", "priced", "made", "like", "instead", "so"),
    ("just", "also", "too", "either", "because", "since", "when", "while", "anymore", "one", "ones", "low", "high", "neither"),
    ("anything", "everything", "nothing", "never", "cannot", "apart", "isn't", "aren't", "don't", "i", "we", "you", "it", "they"),
    ("this", "these", "those", "again", "now", "today", "then", "though", "however", "ever", "here", "maybe", "within", "until"),
    ("minimum", "maximum", "starting", "upwards", "budget", "lowest", "highest", "least", "most", "inexpensive", "pricey"),
    ("priciest", "costly", "upmarket", "upscale", "reasonably", "sort", "sorted", "order", "ordered", "included", "needed"),
    ("wanted", "required", "very", "really", "quite", "fairly", "xs", "s", "m", "l", "xl", "xxl"),
)
"""Words behind a value that name no thing which it may be a kind of."""


@dataclass(slots=True)
class TurnedDown:
    """What was found."""

    spans: list[tuple[int, int]] = field(default_factory=list)
    """Places in the text that say so, in order."""
    values: dict[str, list[str]] = field(default_factory=dict)
    """Field of the filters, or attribute, to values of it."""

    def add(self, senses: Sequence[Sense]) -> None:
        """Some more values."""
        for sense in senses:
            known = self.values.setdefault(sense.field, [])
            if sense.value not in known:
                known.append(sense.value)


@dataclass(frozen=True, slots=True)
class _Mention:
    """A list of values behind one cue."""

    first: int
    """Word that it begins with."""
    end: int
    """Word behind it."""
    senses: tuple[Sense, ...]
    lacking: bool
    """Whether the cue is one of _LACKING."""


def turned_down(text: str, words: Sequence[Word], known: ValueWords) -> TurnedDown:
    """The values that a text turns down, and where; none that its other words ask for ("nuts without peanuts")."""
    found = TurnedDown()
    mentions = _mentions(text, words, known)
    asked = _asked_for(words, mentions, known) if mentions else {}
    asks_category = any(field == "category" for field, _ in asked)
    for mention in mentions:
        senses = [sense for sense in mention.senses if not _is_asked_for(sense, asked.get((sense.field, sense.value), set()))]
        if mention.lacking:
            senses = [sense for sense in senses if sense.how != "name" or sense.field not in _NAMED_AFTER_THINGS]
        if mention.lacking and asks_category:
            senses = [sense for sense in senses if sense.field != "category" or (sense.field, sense.value) in asked]
        if senses:
            found.add(senses)
            found.spans.append((with_minus(text, words[mention.first]), words[mention.end - 1].end))
    return found


def _mentions(text: str, words: Sequence[Word], known: ValueWords) -> list[_Mention]:
    """Values behind a cue, in order."""
    found: list[_Mention] = []
    place = 0
    while place < len(words):
        after = _after_cue(text, words, place, known)
        meaning = None if after is None else _meant(text, words, after, known)
        if after is None or meaning is None:
            place += 1
            continue
        first, least = place, found[-1].end if found else 0
        lacking = words[place].text in _LACKING
        while first > least and words[first - 1].text in _BEFORE:
            first -= 1
        place = after + meaning.num_words
        senses = meaning.senses
        while more := _one_more(text, words, place, meaning, known):
            place, meaning = more
            senses += meaning.senses
        if place < len(words) and words[place].text in _EITHER:
            place += 1  # "or" has nothing before it any more
        found.append(_Mention(first, place, senses, lacking))
    return found


def _asked_for(words: Sequence[Word], mentions: Sequence[_Mention], known: ValueWords) -> dict[tuple[str, str], set[str]]:
    """Field and value of what words outside of the mentions mean, to how they say so; "group" is a name of several values."""
    asked: dict[tuple[str, str], set[str]] = {}
    ends = [0, *(mention.end for mention in mentions)]
    for start, end in zip(ends, [*(mention.first for mention in mentions), len(words)], strict=True):
        place = start
        while place < end:
            meaning = known.longest(words[place : min(end, place + LONGEST)], as_written=False)
            for sense in meaning.senses if meaning else ():
                alone = sum(other.field == sense.field for other in meaning.senses) == 1 if meaning else False
                how = "group" if sense.how == "name" and not alone else sense.how
                asked.setdefault((sense.field, sense.value), set()).add(how)
            place += meaning.num_words if meaning else 1
    return asked


def _is_asked_for(sense: Sense, asked: set[str]) -> bool:
    """Whether other words ask for what would be turned down.

    A name may be narrower than its value, so it turns down none that is asked for in any way: "shoes, not loafers" leaves Casual
    Shoes in. A value by its own words goes unless it is asked for itself: "shoes, not casual shoes".
    """
    if sense.how == "name":
        return bool(asked)
    return bool(asked & ({"whole", "part", "name"} if sense.how == "part" else {"whole", "name"}))


def _after_cue(text: str, words: Sequence[Word], place: int, known: ValueWords) -> int | None:
    """Where the words begin that a cue at ``place`` is about; None when there is no cue, as in a brand that begins with "No"."""
    if with_minus(text, words[place]) < words[place].start:
        return place  # "-black": of the word itself
    said = tuple(word.text for word in words[place : place + 2])
    cue = next((cue for cue in CUES if said[: len(cue)] == cue), ())
    after = place + len(cue)
    if not cue or known.length(words[place:]) > len(cue) or (after < len(words) and words[after].text in _NO_OBJECT):
        return None
    for _ in range(_MOST_BETWEEN):
        if after < len(words) and words[after].text in _BETWEEN and not _begins_a_value(words, after, known):
            after += 1
    return after


def _meant(text: str, words: Sequence[Word], place: int, known: ValueWords) -> Meaning | None:
    """What the words from ``place`` on mean; a category is not meant where it goes with the word behind: "power adapter"."""
    meaning = known.longest(words[place:])
    if meaning is None or "category" not in meaning.fields or not _goes_with_next(text, words, place + meaning.num_words, known):
        return meaning
    senses = tuple(sense for sense in meaning.senses if sense.field != "category")
    return replace(meaning, senses=senses) if senses else None


def _goes_with_next(text: str, words: Sequence[Word], end: int, known: ValueWords) -> bool:
    """Whether the word before ``end`` only tells the kind of what the one behind it names, which is nothing that is known.

    In English that is a singular: "no shoe boxes" turns down no shoes, "no shoes please" does.
    """
    if end == len(words) or is_plural(words[end - 1].text) or known.length(words[end:]):
        return False
    if text[words[end - 1].end : words[end].start] not in (" ", "-") or not words[end].text.isalpha():
        return False
    return words[end].text not in _NAMES_NOTHING and not num_adjectives(words[end:])


def _begins_a_value(words: Sequence[Word], place: int, known: ValueWords) -> bool:
    """Whether a word that mostly means nothing does so, as "the" of The North Face.

    What a value is called otherwise counts only where the words behind mean nothing: "for children" may be a genre's name, too.
    """
    behind = known.length(words[place + 1 :])
    return known.length(words[place:], own=behind > 0) > max(1, behind)


def _one_more(text: str, words: Sequence[Word], place: int, before: Meaning, known: ValueWords) -> tuple[int, Meaning] | None:
    """The next value of a list, "black, white or red": of a facet that the one before is of, too, or behind "or" of any."""
    if place >= len(words):
        return None
    between = text[words[place - 1].end : words[place].start].strip()
    of_any = words[place].text in _EITHER
    if words[place].text in _MORE:
        place += 1
    elif between not in (",", "/"):
        return None
    meaning = _meant(text, words, place, known)
    if meaning is None or not (of_any or before.fields & meaning.fields):
        return None
    return place + meaning.num_words, meaning


def with_minus(text: str, word: Word) -> int:
    """Where a word starts with the minus sign of "boots -brown" before it; a hyphen inside of a word is none."""
    signed = word.start >= 2 and text[word.start - 1] == "-" and text[word.start - 2].isspace() and word.text[0].isalpha()
    return word.start - 1 if signed else word.start
