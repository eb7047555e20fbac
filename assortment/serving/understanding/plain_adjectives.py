"""Words that describe a product and that no number counts: "jacket max 50 waterproof", "laptop up to 500 light".

Materials and seasons are among them, adjectives that go with a measure ("long", "wide", "tall", "deep", "thick", "old") are not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from assortment.serving.understanding.words import Word

_ONE: Final = frozenset(
    (
        *("light", "lightweight", "ultralight", "warm", "soft", "slim", "small", "large", "big", "mini", "compact", "durable"),
        *("comfy", "cosy", "cozy", "stylish", "elegant", "casual", "formal", "modern", "vintage", "retro", "classic", "simple"),
        *("stretchy", "insulated", "padded", "lined", "hooded", "quilted", "knitted", "printed", "embroidered", "sturdy"),
        *("robust", "silent", "quiet", "fast", "powerful", "smart", "gaming", "electric", "automatic", "digital", "ergonomic"),
        *("beautiful", "pretty", "cute", "funny", "fancy", "luxurious", "colourful", "colorful", "shiny", "matte", "plain"),
        *("cotton", "leather", "wool", "woollen", "silk", "linen", "denim", "velvet", "fleece", "suede", "wooden"),
        *("used", "refurbished", "original", "genuine", "authentic", "organic", "natural", "vegan", "handmade", "orthopaedic"),
        *("summer", "winter"),
    )
)
_TWO: Final = frozenset(
    (
        *(("light", "weight"), ("noise", "cancelling"), ("noise", "canceling"), ("water", "resistant"), ("water", "repellent")),
        *(("water", "proof"), ("slim", "fit"), ("regular", "fit"), ("loose", "fit"), ("long", "sleeve"), ("short", "sleeve")),
        *(("quick", "dry"), ("quick", "drying"), ("fast", "charging"), ("long", "lasting"), ("high", "quality")),
        *(("good", "quality"), ("eco", "friendly"), ("kid", "friendly"), ("sugar", "free"), ("gluten", "free")),
    )
)
_BY_ENDING: Final = re.compile(r"(?!vegetable|turntable|timetable)[a-z]{4,}(?:proof|less|able|ible)")


def num_adjectives(words: Sequence[Word]) -> int:
    """How many of the first words are such adjectives."""
    place = 0
    while place < len(words):
        if tuple(word.text for word in words[place : place + 2]) in _TWO:
            place += 2
        elif words[place].text in _ONE or _BY_ENDING.fullmatch(words[place].text):
            place += 1
        else:
            break
    return place
