"""Queries into another language and back: other words for the same wish, where the translator knows them.

``apertium`` (Debian's packages apertium and apertium-eng-spa) translates by rules, without a network or weights; any Hugging
Face pair of sequence-to-sequence folders takes its place. What comes back is kept only when it is new, says no word that the
translator did not know, and the untrained encoder still holds it for the same query.
"""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from assortment.errors import StepError
from assortment.protocol.lexicon import fold
from training.augmentation.seq2seq import load

Translate = Callable[[Sequence[str]], list[str]]

MIN_SIMILARITY: Final = 0.8
_UNKNOWN: Final = "*"  # how apertium marks a word that it does not know
_APERTIUM: Final = ("eng-spa", "spa-eng")
_TIMEOUT_S: Final = 300


def translations(translators: str) -> tuple[Translate, Translate]:
    """There and back, by what ``TrainingSettings.translators`` names.

    Raises:
        StepError: as ``apertium`` and ``seq2seq``.
    """
    folders = [Path(folder) for folder in translators.split(",") if folder]
    there, back = (seq2seq(folder) for folder in folders) if folders else (apertium(pair) for pair in _APERTIUM)
    return there, back


def check(translators: str) -> None:
    """Raises StepError, with what to do, unless ``translations`` can be made and an installed pair translates."""
    there, back = translations(translators)
    if not translators:
        back(there(["red shoes"]))


def apertium(pair: str) -> Translate:
    """Translation by an installed language pair, as ``eng-spa``.

    Raises:
        StepError: when apertium is not installed, fails, or takes longer than five minutes.
    """
    program = shutil.which("apertium")
    if program is None:
        raise StepError("apertium is not installed: apt-get install apertium apertium-eng-spa")

    def translate(texts: Sequence[str]) -> list[str]:
        paragraphs = "\n\n".join(f"{text}." for text in texts)  # else a line would run into the next
        asked: Any = {"input": paragraphs, "capture_output": True, "text": True, "timeout": _TIMEOUT_S, "check": False}
        try:
            done = subprocess.run([program, pair], **asked)
        except subprocess.TimeoutExpired:
            raise StepError(f"apertium {pair} has not translated {len(texts)} texts within {_TIMEOUT_S} s") from None
        if done.returncode:
            raise StepError(f"apertium {pair} failed: {(done.stderr or done.stdout).strip()}")
        found = [paragraph.strip().removesuffix(".").strip().lower() for paragraph in done.stdout.strip().split("\n\n")]
        if len(found) != len(texts):
            raise StepError(f"apertium {pair} gave {len(found)} texts for {len(texts)}")
        return found

    return translate


def seq2seq(folder: Path) -> Translate:
    """Translation by a Hugging Face sequence-to-sequence folder.

    Raises:
        StepError: when the folder cannot be loaded.
    """
    translator = load(folder)
    return lambda texts: translator.generate(texts, doing=f"translating by {folder.name}")


def back_translate(
    texts: Sequence[str],
    there: Translate,
    back: Translate,
    encode: Callable[[Sequence[str]], npt.NDArray[np.float32]],
) -> tuple[dict[str, str], Counter[str]]:
    """Texts to what came back, for those that pass, and how many did not, by reason."""
    returned = back(there(texts))
    dropped: Counter[str] = Counter()
    candidates: list[tuple[str, str]] = []
    for text, other in zip(texts, returned, strict=True):
        if _UNKNOWN in other or not other:
            dropped["a word that the translator does not know"] += 1
        elif fold(other) == fold(text):
            dropped["came back as it was"] += 1
        else:
            candidates.append((text, other))
    if not candidates:
        return {}, dropped
    similarity = (encode([text for text, _ in candidates]) * encode([other for _, other in candidates])).sum(1)
    kept = {text: other for (text, other), like in zip(candidates, similarity, strict=True) if like >= MIN_SIMILARITY}
    dropped[f"similarity below {MIN_SIMILARITY}"] += len(candidates) - len(kept)
    return kept, dropped
