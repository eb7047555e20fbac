"""Text preprocessing, the same in training and in serving."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from assortment.catalogue.product import Product

TOKENIZER_FILE = "tokenizer.json"
_DESCRIPTION_CHARACTERS = 160
_WORD_LETTERS = 3
_MARKS: Final = dict.fromkeys(map(ord, "\u2122\u2120\u00ae\u00a9\u2117"), " ")  # of trade, service, registration and copyright


def normalise(text: str) -> str:
    """NFKC, control characters to spaces, runs of white space to one. Case is the tokenizer's business."""
    text = unicodedata.normalize("NFKC", text)
    return " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in text).split())


def visible(text: str) -> str:
    """NFKC without soft hyphens, joiners and marks of trade: "SonicWave\u2122" is "SonicWave", not "SonicWavetm"."""
    kept = "".join(c for c in text.translate(_MARKS) if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", kept)


def is_wide(text: str) -> bool:
    """Whether there is a Chinese, Japanese or Korean character in a text."""
    return any(unicodedata.east_asian_width(character) == "W" for character in text)


def is_word(text: str) -> bool:
    """Whether letters are enough to mean something alone: three of them, or a wide one."""
    return len(text) >= _WORD_LETTERS or is_wide(text)


def product_text(product: Product) -> str:
    """What the product text encoder reads: title, attribute sentence, start of the description."""
    parts = [product.title, attribute_sentence(product), described_text(product)]
    return ". ".join(part for part in parts if part)


def described_text(product: Product) -> str:
    """As much of the description as is read."""
    return product.description[:_DESCRIPTION_CHARACTERS]


def attribute_sentence(product: Product) -> str:
    """Category path, brand and attribute values as plain words: "Apparel Topwear Tshirts Nike Men Blue"."""
    words = [*product.category, product.brand, *product.attributes.values()]
    return " ".join(dict.fromkeys(word for word in words if word))


class TextTokenizer:
    """A Hugging Face ``tokenizer.json`` with truncation and without padding."""

    def __init__(self, path: Path, *, max_tokens: int) -> None:
        """Reads ``path`` (the file, or the folder that holds it)."""
        file = path / TOKENIZER_FILE if path.is_dir() else path
        self._tokenizer = Tokenizer.from_file(str(file))
        self._tokenizer.enable_truncation(max_length=max_tokens)
        self._tokenizer.no_padding()
        self.max_tokens = max_tokens
        self.num_special = len(self._tokenizer.encode("").ids)
        """Tokens of the empty text, as [CLS] and [SEP]."""

    def encode(self, text: str) -> npt.NDArray[np.int64]:
        """Token ids (L,) int64 with the special tokens, num_special <= L <= max_tokens."""
        return np.asarray(self._tokenizer.encode(normalise(text)).ids, dtype=np.int64)

    def encode_batch(self, texts: list[str]) -> list[npt.NDArray[np.int64]]:
        """``encode`` for many texts at once, in parallel threads."""
        encodings = self._tokenizer.encode_batch_fast([normalise(text) for text in texts])
        return [np.asarray(encoding.ids, dtype=np.int64) for encoding in encodings]


def pad(rows: list[npt.NDArray[np.int64]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pads token ids with 0 to the longest: ids and mask, both (B, L) int64.

    0 need not be the tokenizer's padding: what the mask hides changes nothing, see ``training.text_families``.
    """
    length = max((len(row) for row in rows), default=0)
    ids = np.zeros((len(rows), length), dtype=np.int64)
    mask = np.zeros((len(rows), length), dtype=np.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = row
        mask[i, : len(row)] = 1
    return ids, mask
