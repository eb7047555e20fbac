"""What "in" is behind a number: inches, as in "tv under 50 in", or a word of its own, as in "shoes under 50 in black"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from assortment.serving.understanding.value_words import ValueWords
from assortment.serving.understanding.words import Word, stem

_IN: Final = re.compile(r"\s+in\s+(?!(?:long|wide|tall|high|deep|thick|round|square)\b)(?=\w)", re.IGNORECASE)
_SIZE_OR_STOCK: Final = re.compile(r"(?:(?:an?|my|the)\s+)?size\s+\w|stock\b", re.IGNORECASE)
_NAMED: Final = frozenset({"category", "brand", "department"})
"""Fields whose values may be what the inches are of: "15 in laptop", "55 in samsung"."""
_MOST: Final = 150.0
"""Inches that products are told in."""
_IN_INCHES: Final = frozenset(
    stem(word)
    for word in (
        *("tv", "television", "monitor", "screen", "display", "laptop", "notebook", "macbook", "chromebook", "computer", "pc"),
        *("tablet", "ipad", "phone", "smartphone", "projector", "reader", "inch", "inches", "diagonal", "led", "lcd", "oled"),
        *("frame", "picture", "photo", "poster", "print", "mirror", "clock", "painting", "sign", "ruler", "sticker"),
        *("rug", "carpet", "mat", "curtain", "blind", "drape", "fabric", "pillow", "cushion", "mattress", "bed", "headboard"),
        *("table", "tabletop", "desk", "shelf", "shelves", "cabinet", "drawer", "chair", "stool", "sofa", "couch", "bench"),
        *("rack", "stand", "mount", "bracket", "vanity", "sink", "faucet", "tile", "door", "gate", "fence", "handle", "knob"),
        *("pan", "skillet", "wok", "pot", "knife", "knives", "plate", "bowl", "tray", "cake", "pizza", "oven", "grill"),
        *("fridge", "freezer", "cooktop", "hob", "range", "hood", "fan", "lamp", "chandelier", "pendant", "candle", "vase"),
        *("bike", "bicycle", "wheel", "tyre", "tire", "rim", "scooter", "skateboard", "surfboard", "saddle", "handlebar"),
        *("pipe", "hose", "tube", "tubing", "cable", "wire", "cord", "rope", "chain", "necklace", "bracelet", "anklet", "pearl"),
        *("wig", "hair", "braid", "ribbon", "zipper", "tape", "heel", "inseam", "waist"),
        *("screw", "bolt", "nail", "drill", "wrench", "saw", "blade", "clamp", "chisel", "plywood", "board", "rod", "lens"),
        *("planter", "tree", "wreath", "balloon", "doll", "figure", "statue", "teddy", "drum", "cymbal", "guitar", "speaker"),
        *("subwoofer", "woofer", "suitcase", "luggage", "box", "crate", "umbrella", "binder", "paper", "envelope"),
    )
)
"""What is told in inches, as it is compared."""


def may_be_a_word(text: str, end: int) -> bool:
    """Whether "in" follows ``end``, and behind it something else than the direction that is measured."""
    return bool(_IN.match(text, end))


def is_a_word(text: str, end: int, number: float, words: Sequence[Word], known: ValueWords) -> bool:
    """Whether "in" follows ``end`` and is no unit.

    That is where a value or a size stands behind it, and either nothing that the query names is told in inches or the number
    is too large for that. "Monitor under 27 in black" may be either, so there it counts as the unit.

    Args:
        text: the query.
        end: where the number ends.
        number: itself, the larger one of a range.
        words: all of the query.
        known: values of the catalogue.
    """
    found = _IN.match(text, end)
    if not found or (number <= _MOST and any(_is_told_in_inches(word) for word in words)):
        return False
    if _SIZE_OR_STOCK.match(text, found.end()):
        return True
    meaning = known.longest(words[bisect_left(words, found.end(), key=attrgetter("start")) :])
    return meaning is not None and "category" not in meaning.fields and bool(meaning.fields - _NAMED)


def _is_told_in_inches(word: Word) -> bool:
    """Whether it names a thing of _IN_INCHES, which "hooded", "wired" and "printed" do not, though they have the stem of one."""
    return word.stem in _IN_INCHES and word.text != f"{word.stem}ed"
