"""Slips of the keyboard: a word that nobody knows becomes the known one that is a letter away.

A vector of "chocoolate" is near to nothing. Only words that are surely none are read otherwise: no product, value or name of a
value says them, neither as they stand nor without their ending, no word of the language is written so (DICTIONARY, where there is
one), and the text encoder has no token for them. Then the nearest of these takes its place, by the number of letters that were
lost, added, changed or swapped with the next (Damerau 1964, as optimal string alignment):

    1. at one such slip, what most products say, or else what a value is called
    2. at one such slip, the commonest word of the language
    3. at two in a word of eight letters or more, what most products say

The first letter is taken for right, for swapped with the second, or for one too many. Words of fewer than four letters, words
with digits in them, what has no such neighbour, and what stands behind the first MOST_WORDS words stay as they were typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assortment import artefacts
from assortment.contract import MAX_QUERY_TOKENS
from assortment.serving.product_words import MOST_WORDS, ProductWords
from assortment.serving.understanding import value_words
from assortment.serving.understanding.words import stem, stems, words_of
from assortment.serving.word_list import WordList, is_listed
from assortment.text import TextTokenizer, normalise

READ_AS: Final = '" read as "'
"""In what people are told of a word, between how it was typed and how it is read."""
_LONG: Final = 8  # letters of a word in which there may be two slips
_LEAST_SHARE: Final = 1e-6  # of what is said in a language, of a word that may take the place of another
_REMEMBERED: Final = 16_384  # words


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelt:
    """A query, spelt right."""

    text: str
    changed: tuple[tuple[str, str], ...] = ()
    """Words as they were typed, and as they are read."""

    def told(self) -> str:
        """For people, as in '"chocoolate" read as "chocolate"'; empty when nothing was changed."""
        return "; ".join(f'"{typed}{READ_AS}{read}"' for typed, read in self.changed)


class Spelling:
    """Reads the words of queries."""

    def __init__(
        self,
        tokenizer: TextTokenizer,
        words: ProductWords,
        spellings: WordList,
        *,
        names: Iterable[str] = (),
        dictionary: WordList | None = None,
    ) -> None:
        """What is known.

        Args:
            tokenizer: of the query's text encoder.
            words: what products say.
            spellings: how they write it.
            names: what values are called besides.
            dictionary: of the shoppers' language.
        """
        names = list(names)
        self._tokenizer, self._words, self._spellings, self._dictionary = tokenizer, words, spellings, dictionary
        self._names = WordList.of_texts(names)
        self._stems = frozenset(each for name in names for each in stems(normalise(name)))
        self._least = int(dictionary.counts.sum() * _LEAST_SHARE) if dictionary else 0
        self._read: Callable[[str], str] = lru_cache(_REMEMBERED)(self._look_up)

    @classmethod
    def open(cls, tokenizer: Path, words: ProductWords, spellings: WordList) -> Spelling:
        """With a ``tokenizer.json``, and VALUE_WORDS and DICTIONARY where they lie beside it."""
        folder = tokenizer.parent
        has_dictionary = all((folder / name).is_file() for name in artefacts.DICTIONARY)
        return cls(
            TextTokenizer(tokenizer, max_tokens=MAX_QUERY_TOKENS),
            words,
            spellings,
            names=(name for of_facet in value_words.read(folder).values() for named in of_facet.values() for name in named),
            dictionary=WordList.open(folder, artefacts.DICTIONARY) if has_dictionary else None,
        )

    def correct(self, text: str) -> Spelt:
        """A query with each word that nobody knows read as the one that was meant, as far as there is one."""
        kept, place = [], 0
        changed = []
        for word in words_of(text)[:MOST_WORDS]:
            read = self._read(word.text)
            if read != word.text:
                kept += [text[place : word.start], read]
                place = word.end
                changed.append((word.text, read))
        return Spelt(text="".join([*kept, text[place:]]), changed=tuple(changed)) if changed else Spelt(text=text)

    def _look_up(self, typed: str) -> str:
        word = normalise(typed)
        if not is_listed(word) or self._is_known(word):
            return typed
        called = [(name, 0) for name, _ in self._names.like(word, 1)]
        return (
            _nearest(word, self._spellings.like(word, 1) + called, 1)
            or (self._dictionary and _nearest(word, self._dictionary.like(word, 1, least=self._least), 1))
            or (len(word) >= _LONG and _nearest(word, self._spellings.like(word, 2), 2))
            or typed
        )

    def _is_known(self, word: str) -> bool:
        ending = stem(word)
        if ending in self._stems or self._words.says(ending) or (self._dictionary and word in self._dictionary):
            return True
        return len(self._tokenizer.encode(word)) == self._tokenizer.num_special + 1


def _nearest(word: str, among: Sequence[tuple[str, int]], most: int) -> str:
    """The one with fewest slips, at most so many, and of equal ones the commonest; empty when there is none."""
    counts = dict(reversed(among))  # the first of equal words counts
    found = process.extract(word, list(counts), scorer=OSA.distance, score_cutoff=most, limit=None)
    return min(((slips, -counts[other], other) for other, slips, _ in found), default=(0, 0, ""))[2]
