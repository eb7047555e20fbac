"""Words with counts as two sorted tables, which every process maps: those of a catalogue's products, those of a language."""

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
from assortment.text import is_wide, normalise

SHORTEST: Final = 4
LONGEST: Final = 24
"""Letters of a word that is listed."""
_LAST: Final = b"\xff"  # no letter begins with it in UTF-8
_BYTES: Final = 3  # at most, of a letter in UTF-8

Files = tuple[str, str]
"""Names of the files of words and of counts."""


def is_listed(word: str) -> bool:
    """Whether a word may be in a list: 4 to 24 letters and nothing else; Chinese and Japanese are written without spaces."""
    return SHORTEST <= len(word) <= LONGEST and word.isalpha() and not is_wide(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordList:
    """Words in lower case."""

    words: npt.NDArray[np.bytes_]
    """(W,) UTF-8, ascending."""
    counts: npt.NDArray[np.int64]
    """(W,) how often each is said."""

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> WordList:
        """Those of the words that ``is_listed`` takes."""
        listed = sorted((word.encode(), count) for word, count in counts.items() if is_listed(word))
        return cls(
            words=np.array([word for word, _ in listed], dtype=np.bytes_),
            counts=np.array([count for _, count in listed], dtype=np.int64),
        )

    @classmethod
    def of_texts(cls, texts: Iterable[str]) -> WordList:
        """The words of texts; each counts once a text."""
        said: Counter[str] = Counter()
        for text in texts:
            said.update({word.text for word in words_of(normalise(text))})
        return cls.of(said)

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
        """Whether a word in lower case is listed."""
        raw = word.encode()
        if len(raw) > self.words.itemsize:  # NumPy would widen the whole table to compare it
            return False
        place = int(self.words.searchsorted(raw))
        return place < len(self.words) and bool(self.words[place] == raw)

    def like(self, word: str, slips: int, *, least: int = 0) -> list[tuple[str, int]]:
        """Words that may be a few letters away from ``word``, and how often each is said.

        They begin with its first or its second letter, have about as many letters, and are said ``least`` times or more.
        """
        raw = word.encode()
        found: list[tuple[str, int]] = []
        for letter in dict.fromkeys(word[:2]):
            first, last = self.words.searchsorted([letter.encode(), letter.encode() + _LAST]).tolist()
            words, counts = self.words[first:last], self.counts[first:last]
            lengths = np.count_nonzero(words.view(np.uint8).reshape(-1, words.itemsize), axis=1)  # zeros fill a word up
            places = (np.abs(lengths - len(raw)) <= _BYTES * slips) & (counts >= least)
            found += zip((each.decode() for each in words[places].tolist()), counts[places].tolist(), strict=True)
        return found
