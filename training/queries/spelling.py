"""Slips of the keyboard: a letter is lost, doubled, swapped with the next, or the key beside it is hit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

_MIN_LETTERS: Final = 5
_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _beside() -> Mapping[str, str]:
    """Each letter's neighbours on a QWERTY keyboard: beside it, and below it to both sides."""
    found: dict[str, set[str]] = {letter: set() for row in _ROWS for letter in row}
    for number, row in enumerate(_ROWS):
        for i, letter in enumerate(row):
            below = _ROWS[number + 1][max(0, i - 1) : i + 1] if number + 1 < len(_ROWS) else ""
            for other in (*row[i + 1 : i + 2], *below):
                found[letter].add(other)
                found[other].add(letter)
    return {letter: "".join(sorted(others)) for letter, others in found.items()}


NEIGHBOURS: Final = _beside()


def misspell(text: str, generator: np.random.Generator) -> str:
    """A text with one slip in one of its longer words; as it is when it has none."""
    words = text.split()
    long = [i for i, word in enumerate(words) if len(word) >= _MIN_LETTERS and word.isalpha()]
    if not long:
        return text
    i = int(generator.choice(long))
    word, at = words[i], int(generator.integers(1, len(words[i]) - 1))
    spellings = [
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ]
    if beside := NEIGHBOURS.get(word[at], ""):
        spellings.append(word[:at] + str(generator.choice(list(beside))) + word[at + 1 :])
    words[i] = str(generator.choice(spellings))
    return " ".join(words)
