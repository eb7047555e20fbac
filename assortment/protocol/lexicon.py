"""Everyday words for facet values, in three parts that share no word: training says "pants", the test says "chinos".

Dev has words of its own too, so that early stopping sees what new words do and the test stays unseen.

``lexicon.json`` holds, for types, colours, genders and usages of the fashion and the generated catalogue, the words of
each split. The catalogue's own names ("Tshirts" as "tshirts") belong to no split and may be used in all of them.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assortment.protocol.splits import Split

LEXICON_FILE: Final = Path(__file__).with_name("lexicon.json")
_WORD: Final = re.compile(r"[^\W_\u3040-\u9fff]+|[\u3040-\u9fff]+")  # letters and digits; kana and Chinese by themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one value, by the split that may use them."""

    train: tuple[str, ...]
    dev: tuple[str, ...]
    test: tuple[str, ...]


def train_words(facet: str, value: str) -> tuple[str, ...]:
    """Words a training query may use for a value, the catalogue's own name first."""
    return words(facet, value, "train")


def words(facet: str, value: str, split: Split) -> tuple[str, ...]:
    """Words a query of a split may use for a value: the catalogue's own name, lower case, then the split's synonyms."""
    entry = lexicon().get(facet, {}).get(value.lower())
    synonyms: tuple[str, ...] = getattr(entry, split) if entry else ()
    return (value.lower(), *synonyms)


def kept_words(facet: str, value: str) -> tuple[str, ...]:
    """The synonyms of a value that dev and test keep for themselves."""
    entry = lexicon().get(facet, {}).get(value.lower())
    return (*entry.dev, *entry.test) if entry else ()


def test_words_in(text: str) -> tuple[str, ...]:
    """The test's words that a text contains as whole words, singular or plural: none may stand in a training query."""
    return tuple(found for found in map(_numberless, _phrases_in(text)) if found in _test_phrases())


def is_held_out(text: str) -> bool:
    """Whether a text is a dev word that neither training nor the catalogue says, or contains a word of the test."""
    return bool(test_words_in(text)) or " ".join(fold(text)) in _dev_phrases()


@functools.cache
def lexicon() -> Mapping[str, Mapping[str, Words]]:
    """Facet to value in lower case to words, as ``lexicon.json`` has them."""
    content = json.loads(LEXICON_FILE.read_text(encoding="utf-8"))
    return {facet: {value.lower(): _words(entry) for value, entry in values.items()} for facet, values in content.items()}


def _words(entry: Mapping[str, list[str]]) -> Words:
    return Words(train=tuple(entry["train"]), dev=tuple(entry["dev"]), test=tuple(entry["test"]))


def fold(text: str) -> tuple[str, ...]:
    """The words of a text for comparison: lower case, without plural endings, hyphens as spaces."""
    return tuple(_singular(word) for word in _WORD.findall(text.lower().replace("'", "")))


def _singular(word: str) -> str:
    """Cuts off a plural ending, roughly: it only has to treat both sides alike."""
    if len(word) <= 2 or not word.endswith("s") or word.endswith("ss"):
        return word
    return word[:-2] if word.endswith(("ches", "shes", "xes")) else word[:-1]


@functools.cache
def _test_phrases() -> frozenset[str]:
    entries = [entry for values in lexicon().values() for entry in values.values()]
    return frozenset(_numberless(" ".join(fold(word))) for entry in entries for word in entry.test)


def _numberless(phrase: str) -> str:
    """A folded phrase, alike for plurals that ``fold`` keeps apart from their singular: sundress(es).

    Words keep their -ie, though "bedtime story" is the singular of a word of the test: training says "hoodie" and "glossy", which
    must not become one. Folding itself stays as it is: the scorer's share of the words is by it.
    """
    return " ".join(word.removesuffix("e") if word.endswith("sse") else word for word in phrase.split())


@functools.cache
def _dev_phrases() -> frozenset[str]:
    entries = [(value, entry) for values in lexicon().values() for value, entry in values.items()]
    free = {" ".join(fold(word)) for value, entry in entries for word in (value, *entry.train)}
    return frozenset(" ".join(fold(word)) for _, entry in entries for word in entry.dev) - free


@functools.cache
def _longest_phrase() -> int:
    return max((len(phrase.split()) for phrase in _test_phrases()), default=0)


def _phrases_in(text: str) -> list[str]:
    folded = fold(text)
    lengths = range(1, _longest_phrase() + 1)
    return [" ".join(folded[start : start + length]) for length in lengths for start in range(len(folded) - length + 1)]
