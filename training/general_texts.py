"""Texts that have nothing to do with training queries, on which the adapted query encoder must stay what it was.

Half are words of the tokenizer's vocabulary, alone and in pairs: they stand for whatever a shopper may say that no training
query says. Half are product titles. Words that the test keeps for itself are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import Tensor

from assortment.contract import MAX_QUERY_TOKENS
from assortment.protocol.lexicon import test_words_in
from assortment.text import TextTokenizer, is_wide, is_word, pad
from training.settings import Precision
from training.text_encoder import TextEncoder
from training.text_features import encode_texts

_NUM_TEXTS: Final = 4000
_MIN_LETTERS: Final = 3
_MIN_WIDE_SHARE: Final = 0.1  # of all words
_CONTINUATION: Final = "##"
_BEGINNINGS: Final = ("▁", "Ġ")  # of SentencePiece and byte-level vocabularies


class GeneralTexts:
    """A pool of texts with the frozen encoder's vectors."""

    def __init__(self, encoder: TextEncoder, tokenizer_file: Path, titles: list[str], *, precision: Precision, seed: int) -> None:
        """Encodes the pool with ``encoder`` as it is now, before adapters."""
        generator = np.random.default_rng([seed, 1])
        self._tokenizer = TextTokenizer(tokenizer_file, max_tokens=MAX_QUERY_TOKENS)
        self.texts = _phrases(vocabulary_words(tokenizer_file), generator) + _chosen(titles, generator)
        self._vectors = torch.from_numpy(encode_texts(encoder, self._tokenizer, self.texts, precision=precision))

    def sample(self, number: int, generator: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Token ids (n, L), mask (n, L) and base vectors (n, H) of ``number`` random texts."""
        chosen: npt.NDArray[np.int64] = generator.integers(0, len(self.texts), size=number)
        ids, mask = pad(self._tokenizer.encode_batch([self.texts[i] for i in chosen]))
        return torch.from_numpy(ids), torch.from_numpy(mask), self._vectors[torch.from_numpy(chosen)]


def vocabulary_words(tokenizer_file: Path) -> list[str]:
    """Whole words of a tokenizer's vocabulary in any script, in its order; none that only the test may say.

    In a Chinese or multilingual vocabulary, single characters are words too; the few that an English one has are not.
    """
    words = [word for word in dict.fromkeys(_whole_words(Tokenizer.from_file(str(tokenizer_file)))) if not test_words_in(word)]
    long = [word for word in words if len(word) >= _MIN_LETTERS]
    return words if len(words) - len(long) >= _MIN_WIDE_SHARE * len(words) else long


def _whole_words(tokenizer: Tokenizer) -> Iterator[str]:
    """Tokens as the text they stand for, without the pieces that go on a word.

    WordPiece marks these pieces. SentencePiece and byte-level vocabularies mark the others, the beginnings of words; Chinese,
    which has no spaces, is not held to that.
    """
    numbers = tokenizer.get_vocab(with_added_tokens=False)
    tokens = sorted(numbers, key=numbers.__getitem__)
    beginning = next((mark for mark in _BEGINNINGS if any(token.startswith(mark) for token in tokens)), "")
    for token in tokens:
        word = tokenizer.decode([numbers[token]]).strip()
        begins = token.startswith(beginning) and not token.startswith(_CONTINUATION)
        if word.isalpha() and is_word(word) and (begins or (beginning and is_wide(word))):
            yield word


def _phrases(words: list[str], generator: np.random.Generator) -> list[str]:
    if not words:
        return []
    drawn = generator.integers(0, len(words), size=(_NUM_TEXTS // 2, 2))
    phrases = [f"{words[a]} {words[b]}" if number % 2 else words[a] for number, (a, b) in enumerate(drawn)]
    return [phrase for phrase in phrases if not test_words_in(phrase)]


def _chosen(titles: list[str], generator: np.random.Generator) -> list[str]:
    if not titles:
        return []
    drawn = [titles[i] for i in generator.integers(0, len(titles), size=_NUM_TEXTS // 2)]
    return [title for title in drawn if not test_words_in(title)]
