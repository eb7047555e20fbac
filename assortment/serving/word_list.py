"""Words with counts as two sorted tables, which every process maps: those of a catalogue's products, those of a language.

Each word stands behind its number of letters, as one byte: words of one length that begin alike lie side by side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.serving.facet import mapped
from assortment.serving.understanding.words import words_of
from assortment.text import is_wide, visible

SHORTEST: Final = 4
LONGEST: Final = 24
"""Letters of a word that is listed."""
_LAST: Final = b"\xff"  # no letter begins with it in UTF-8

Files = tuple[str, str]
"""Names of the files of words and of counts."""


def is_listed(word: str) -> bool:
    """Whether a word may be in a list: 4 to 24 letters and nothing else; Chinese and Japanese are written without spaces."""
    return SHORTEST <= len(word) <= LONGEST and word.isalpha() and not is_wide(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordList:
    """Words in lower case."""

    words: npt.NDArray[np.bytes_]
    """(W,) ascending: the number of letters, then the letters in UTF-8."""
    counts: npt.NDArray[np.int64]
    """(W,) how often each is said; what is said 0 times is known, and like nothing."""

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> WordList:
        """Those of the words that ``is_listed`` takes."""
        listed = sorted((_key(len(word), word), count) for word, count in counts.items() if is_listed(word))
        return cls(
            words=np.array([word for word, _ in listed], dtype=np.bytes_),
            counts=np.array([count for _, count in listed], dtype=np.int64),
        )

    @classmethod
    def open(cls, folder: Path, files: Files) -> WordList:
        """Maps what ``save`` wrote.

        Raises:
            StepError: when a file is not there.
        """
        words, counts = (mapped(folder / name) for name in files)
        return cls(words=words, counts=counts)

    def save(self, folder: Path, files: Files) -> None:
        """Writes what ``open`` maps."""
        for name, table in zip(files, (self.words, self.counts), strict=True):
            np.save(folder / name, table)

    def __contains__(self, word: str) -> bool:
        """Whether a word that ``is_listed`` takes, in lower case, is there."""
        key = _key(len(word), word)
        if len(key) > self.words.itemsize:  # NumPy would widen the whole table to compare it
            return False
        place = int(self.words.searchsorted(key))
        return place < len(self.words) and bool(self.words[place] == key)

    def like(self, word: str, slips: int, *, least: int = 1) -> dict[str, int]:
        """Words that may be ``slips`` letters away from one, and how often each is said: ``least`` times or more.

        They begin with its first or its second letter, and have as many letters give or take ``slips``.
        """
        found: dict[str, int] = {}
        for length in range(len(word) - slips, len(word) + slips + 1):
            for letter in dict.fromkeys(word[:2]):
                first, last = self.words.searchsorted([_key(length, letter), _key(length, letter) + _LAST]).tolist()
                places = first + np.flatnonzero(self.counts[first:last] >= least)
                spelt = (key[1:].decode() for key in self.words[places].tolist())
                found.update(zip(spelt, self.counts[places].tolist(), strict=True))
        return found


def counted(texts: Iterable[str]) -> Counter[str]:
    """The words of texts in lower case; each counts once a text."""
    said: Counter[str] = Counter()
    for text in texts:
        said.update({word.text for word in words_of(visible(text))})
    return said


def _key(length: int, word: str) -> bytes:
    return bytes([length]) + word.encode()
