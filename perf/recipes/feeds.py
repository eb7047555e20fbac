"""What encoders are timed on: real queries, each batch padded to its own longest, and real pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assortment import image
from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_QUERY_TOKENS
from assortment.errors import InputError
from assortment.text import TextTokenizer, pad

Feed = Mapping[str, npt.NDArray[Any]]


def texts(tokenizer: Path, queries: Sequence[str], *, batch: int, number: int) -> list[Feed]:
    """About ``number`` queries in batches, the queries again from the start when they are fewer.

    Raises:
        InputError: when there are none.
    """
    if not queries:
        raise InputError("queries", 0, "allowed: 1 or more, to time text encoders on")
    tokens = TextTokenizer(tokenizer, max_tokens=MAX_QUERY_TOKENS).encode_batch(list(queries))
    feeds: list[Feed] = []
    for start in range(0, max(number, 1), batch):
        token_ids, mask = pad([tokens[place % len(tokens)] for place in range(start, start + batch)])
        feeds.append({"TOKEN_IDS": token_ids, "MASK": mask})
    return feeds


def pictures(catalogue: Catalogue, *, batch: int, number: int) -> list[Feed]:
    """The same of pictures.

    Raises:
        InputError: when none is readable.
    """
    pixels: list[npt.NDArray[np.float32]] = []
    pictured = [row for row, product in enumerate(catalogue.products) if product.picture]
    for row in pictured[: 2 * max(number, batch)]:
        data = catalogue.picture(catalogue.products[row])
        try:
            pixels += [] if data is None else [image.pixels(image.decode(data))]
        except InputError:  # others will do
            continue
    if not pixels:
        raise InputError("catalogue", "no readable picture", "allowed: one with pictures, to time image encoders on")
    presence = np.ones((batch, 2), dtype=np.float32)
    return [
        {"PIXELS": np.stack([pixels[place % len(pixels)] for place in range(start, start + batch)]), "PRESENCE": presence}
        for start in range(0, max(number, 1), batch)
    ]
