"""The words of the shoppers' language, from pyspellchecker's lists to the server, which does not take them for slips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from spellchecker import SpellChecker

from assortment import artefacts
from assortment.errors import InputError
from assortment.serving.word_list import WordList


def check(languages: Sequence[str]) -> None:
    """Raises InputError for a language that has no list, naming those that have."""
    known = sorted(SpellChecker.languages())
    for language in languages:
        if language not in known:
            raise InputError("languages", language, f"allowed: {', '.join(known)}")


def write(folder: Path, languages: Sequence[str]) -> None:
    """Writes DICTIONARY into ``folder``: the words of all these languages; empty without any."""
    counts: Counter[str] = Counter()
    for language in languages:
        counts.update(dict(SpellChecker(language=language).word_frequency.items()))
    WordList.of(counts).save(folder, artefacts.DICTIONARY)
