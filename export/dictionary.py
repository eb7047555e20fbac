"""The words of the shoppers' language, from pyspellchecker's lists to the server, which does not take them for slips."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from spellchecker import SpellChecker

from assortment import artefacts
from assortment.errors import InputError
from assortment.serving.spelling import PER_LANGUAGE
from assortment.serving.word_list import WordList
from training import checkpoint
from training.settings import DEFAULT_TEXT_BACKBONE


def languages_of(checkpoints: Path) -> tuple[str, ...]:
    """English for models with the default text encoder; none for others, of which nobody said what they speak."""
    return ("en",) if checkpoint.settings(checkpoints).text_backbone == DEFAULT_TEXT_BACKBONE else ()


def check(languages: Sequence[str]) -> None:
    """Raises InputError for a language that has no list, naming those that have."""
    known = sorted(SpellChecker.languages())
    for language in languages:
        if language not in known:
            raise InputError("languages", language, f"allowed: {', '.join(known)}")


def write(folder: Path, languages: Sequence[str]) -> None:
    """Writes DICTIONARY into ``folder``: the words of all these languages, of PER_LANGUAGE each; empty without any."""
    counts: Counter[str] = Counter()
    for language in languages:
        said = dict(SpellChecker(language=language).word_frequency.items())
        share = PER_LANGUAGE / sum(said.values())  # lists are of texts of very different size
        counts.update({word: math.ceil(share * count) for word, count in said.items()})
    WordList.of(counts).save(folder, artefacts.DICTIONARY)
