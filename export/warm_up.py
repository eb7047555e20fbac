"""Real data for the ``model_warmup`` of the configs: written when a repository is assembled, with its own tokenizer."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

import numpy as np

from assortment.contract import MAX_PRODUCT_TOKENS, MAX_QUERY_TOKENS
from assortment.text import TextTokenizer

FOLDER: Final = "warmup"  # where Triton looks for the files, inside a model's folder
_QUERY: Final = "blue running shoes"
_PRODUCT: Final = "Trail Runner. Footwear Shoes Sports Shoes Blue Women. Light running shoe with a grippy sole"


def files(model: str, tokenizer: Path) -> dict[str, bytes]:
    """The files of a model's warm-up by name; none for a model that needs none."""
    query = _tokens(_QUERY, tokenizer, MAX_QUERY_TOKENS)
    presence = {"presence": np.array([1, 1], dtype=np.float32).tobytes()}
    contents = {
        "prepare": {"query": _string(_QUERY)},
        "text_encoder": query,
        "product_text_encoder": _tokens(_PRODUCT, tokenizer, MAX_PRODUCT_TOKENS),
        "image_encoder": presence,
        "text_search": {"query": _string(_QUERY)},
    }
    return contents.get(model, {})


def _tokens(text: str, tokenizer: Path, length: int) -> dict[str, bytes]:
    """Token ids and mask of the longest length there is, so that the warm-up also takes the memory that it needs."""
    tokens = TextTokenizer(tokenizer, max_tokens=length).encode(text)
    token_ids = np.zeros(length, dtype=np.int64)
    token_ids[: len(tokens)] = tokens
    mask = (np.arange(length) < len(tokens)).astype(np.int64)
    return {"token_ids": token_ids.tobytes(), "mask": mask.tobytes()}


def _string(text: str) -> bytes:
    """As Triton reads a STRING: its length in 4 bytes, then its bytes."""
    encoded = text.encode()
    return struct.pack("<I", len(encoded)) + encoded
