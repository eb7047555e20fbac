"""The same wish written otherwise: another order, a word in front that asks for nothing, two words joined."""

from __future__ import annotations

from typing import Final

import numpy as np

_FUNCTION_WORDS: Final = ("a", "the", "some", "new", "nice", "good", "i want", "i need", "need", "get", "find me", "best")


def reorder(text: str, generator: np.random.Generator) -> str:
    """Two neighbouring words change places."""
    words = text.split()
    if len(words) < 2:
        return text
    i = int(generator.integers(0, len(words) - 1))
    words[i], words[i + 1] = words[i + 1], words[i]
    return " ".join(words)


def add_function_word(text: str, generator: np.random.Generator) -> str:
    """A word in front that asks for nothing."""
    return f"{generator.choice(_FUNCTION_WORDS)} {text}"


def join_words(text: str, generator: np.random.Generator) -> str:
    """Two neighbouring words written as one, or with a hyphen."""
    words = text.split()
    if len(words) < 2:
        return text
    i = int(generator.integers(0, len(words) - 1))
    words[i : i + 2] = [("" if generator.random() < 0.5 else "-").join(words[i : i + 2])]
    return " ".join(words)


REWRITERS: Final = (reorder, add_function_word, join_words)


def rewrite(text: str, generator: np.random.Generator) -> str:
    """One of the above, drawn."""
    return REWRITERS[int(generator.integers(0, len(REWRITERS)))](text, generator)
