"""Slips of the keyboard: a word that nobody knows becomes the known one that is a letter away.

A vector of "chocoolate" is near to nothing. Only words that are surely none are read otherwise: no product, value or name of a
value says them, neither as they stand nor without ending or accents, no word of the shoppers' languages is written so
(DICTIONARY), and the text encoder has no token for them. Then the nearest of these takes its place, by the number of letters that
were lost, added, changed or swapped with the next (Damerau 1964, as optimal string alignment):

    1. at one such slip, what most products say, or else what a value is called or a filter is asked for with
    2. at one such slip in a word of six letters or more, the commonest word of the languages
    3. at two in a word of eight letters or more, what most products say

The first letter is taken for right, for swapped with the second, or for one too many. A word without a vowel is taken for none
that has none either: sizes and standards are not each other's slips. Words of fewer than four letters, words with digits in
them, Roman numerals, addresses, what has no such neighbour, and what stands behind the first MOST_WORDS words, or behind eight
that nobody knows, stay as they were typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assortment import artefacts
from assortment.contract import MAX_QUERY_TOKENS
from assortment.errors import StepError
from assortment.serving.product_words import MOST_WORDS, ProductWords
from assortment.serving.understanding import value_words
from assortment.serving.understanding.words import CONNECTORS, stem, words_of
from assortment.serving.word_list import WordList, counted, is_listed
from assortment.text import TextTokenizer, visible

READ_AS: Final = '" read as "'
"""In what people are told of a word, between how it was typed and how it is read."""
PER_LANGUAGE: Final = 1_000_000_000
"""Words that a language's counts in DICTIONARY are of."""
_COMMON: Final = 1_000  # of these, of a word that may take the place of another
_LETTERS_OF_COMMON: Final = 6  # of a word whose place a common word may take; shorter brands of other shops are near to some
_LETTERS_OF_TWO: Final = 8  # of a word in which there may be two slips
_MOST_UNKNOWN: Final = 8  # words of a query that are looked for
_REMEMBERED: Final = 16_384  # words
_VOWEL: Final = re.compile(r"[^\Wbcdfghjklmnpqrstvwxz]")  # any other letter, of all alphabets
_NUMERAL: Final = re.compile(r"[ivxlcdm]+")
_ADDRESS: Final = re.compile(r"@|://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelt:
    """A query, spelt right."""

    text: str
    changed: tuple[tuple[str, str], ...] = ()
    """Words as they were typed, and as they are read; each pair once."""

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
        dictionary: WordList,
        *,
        names: Iterable[str] = (),
    ) -> None:
        """What is known.

        Args:
            tokenizer: of the query's text encoder.
            words: what products say.
            spellings: how they write it.
            dictionary: of the shoppers' languages.
            names: what values are called besides.
        """
        called = counted([*names, *CONNECTORS])
        self._tokenizer, self._words, self._spellings, self._dictionary = tokenizer, words, spellings, dictionary
        self._names = WordList.of(called)
        self._stems = frozenset(map(stem, called))
        self._is_known: Callable[[str], bool] = lru_cache(_REMEMBERED)(self._look_up)
        self._meant: Callable[[str], str] = lru_cache(_REMEMBERED)(self._look_for)

    @classmethod
    def open(cls, tokenizer: Path, words: ProductWords, spellings: WordList) -> Spelling:
        """With a ``tokenizer.json``, and DICTIONARY and perhaps VALUE_WORDS beside it.

        Raises:
            StepError: when there is no dictionary.
        """
        folder = tokenizer.parent
        for name in artefacts.DICTIONARY:
            if not (folder / name).is_file():
                steps = "`assortment export`, then `assortment index` and `assortment assemble`"
                raise StepError(f"{folder / name} is missing: models of an earlier version of this program; run {steps}")
        return cls(
            TextTokenizer(tokenizer, max_tokens=MAX_QUERY_TOKENS),
            words,
            spellings,
            WordList.open(folder, artefacts.DICTIONARY),
            names=(name for of_facet in value_words.read(folder).values() for named in of_facet.values() for name in named),
        )

    def correct(self, text: str) -> Spelt:
        """A query with each word that nobody knows read as the one that was meant, as far as there is one."""
        if _ADDRESS.search(text):
            return Spelt(text=text)
        seen, kept, place, unknown = visible(text), [], 0, 0
        changed: dict[tuple[str, str], None] = {}
        for word in words_of(seen)[:MOST_WORDS]:
            typed = seen[word.start : word.end]
            if not is_listed(word.text) or self._is_known(typed):
                continue
            unknown += 1
            if unknown > _MOST_UNKNOWN:
                break
            read = self._meant(word.text)
            if read != word.text:
                kept += [seen[place : word.start], read]
                place = word.end
                changed[word.text, read] = None
        return Spelt(text="".join([*kept, seen[place:]]), changed=tuple(changed)) if changed else Spelt(text=text)

    def _look_up(self, typed: str) -> bool:
        """Whether a word is none of those that may be read otherwise."""
        word = typed.casefold()
        if _NUMERAL.fullmatch(word):
            return True
        for spelt in dict.fromkeys((word, _without_accents(word))):
            ending = stem(spelt)
            if ending in self._stems or self._words.says(ending) or spelt in self._spellings or spelt in self._dictionary:
                return True
        return any(len(self._tokenizer.encode(each)) == self._tokenizer.num_special + 1 for each in dict.fromkeys((word, typed)))

    def _look_for(self, word: str) -> str:
        """The word that was meant; the word itself when there is none."""
        said = self._spellings.like(word, 1)
        called = dict.fromkeys(self._names.like(word, 1), 0)
        meant = _nearest(word, {**called, **said}, 1)
        if not meant and len(word) >= _LETTERS_OF_COMMON:
            meant = _nearest(word, self._dictionary.like(word, 1, least=_COMMON), 1)
        if not meant and len(word) >= _LETTERS_OF_TWO:
            meant = _nearest(word, self._spellings.like(word, 2), 2)
        return meant or word


def _nearest(word: str, counts: Mapping[str, int], most: int) -> str:
    """The one with fewest slips, at most so many, and of equal ones the commonest; empty when there is none."""
    among = [other for other in counts if _VOWEL.search(word) or _VOWEL.search(other)]
    found = process.extract(word, among, scorer=OSA.distance, score_cutoff=most, limit=None)
    return min(((slips, -counts[other], other) for other, slips, _ in found), default=(0, 0, ""))[2]


def _without_accents(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
