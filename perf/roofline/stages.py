"""The work of each ONNX stage of a search, traced one after the other: each gets what the one before it gave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assortment import artefacts
from assortment.contract import MAX_QUERY_TOKENS, NO_FILTER, NUM_BY_WORDS, PICTURE_SIZE
from assortment.errors import InputError
from assortment.paths import BuildPaths
from assortment.serving.catalogue_tables import newest
from perf.roofline.graph import Arrays, trace
from perf.roofline.work import FULL, HALF, Work, with_rows


def works(paths: BuildPaths, *, batch: int, products: Sequence[int]) -> list[Work]:
    """What the stages do for one batch: the encoders and fusion in float16, the scorer in float32.

    Args:
        paths: an indexed catalogue.
        batch: requests in the batch, all with the longest text and a picture.
        products: sizes of catalogues for the scorer; traced on this one, with its rows counted as so many.

    Raises:
        StepError: when an exported model or the index is missing.
        InputError: when this catalogue has as many products as another dimension of the scorer.
    """
    given: Arrays = {
        "TOKEN_IDS": np.full((batch, MAX_QUERY_TOKENS), 1_000, dtype=np.int64),
        "MASK": np.ones((batch, MAX_QUERY_TOKENS), dtype=np.int64),
        "PIXELS": np.zeros((batch, 3, PICTURE_SIZE, PICTURE_SIZE), dtype=np.float32),
        "PRESENCE": np.ones((batch, 2), dtype=np.float32),
        "ALLOW": np.full((batch, 1), NO_FILTER, dtype=np.uint8),
        "SORT": np.zeros((batch, 1), dtype=np.int32),
        "WORD_ROW": np.full((batch, NUM_BY_WORDS), -1, dtype=np.int32),
    }
    found = []
    for stage, name in (
        ("text_encoder", artefacts.TEXT_ENCODER),
        ("image_encoder", artefacts.IMAGE_ENCODER),
        ("fusion", artefacts.FUSION),
    ):
        traced = trace(paths.export / name, given)
        given |= traced.outputs
        found.append(Work(stage=stage, batch=batch, operations=traced.operations, bytes_per_element=HALF, once=traced.once))
    index = newest(paths.index)
    rows = len(np.load(index / artefacts.KEYS, mmap_mode="r"))
    scorer = trace(index / artefacts.SCORER, given)
    others = {dim for name in ("QUERY_VECTOR", "INTENT") for dim in given[name].shape}
    if rows in others:
        raise InputError("products", rows, "allowed: a catalogue whose size is no other dimension of the scorer")
    for size in products:
        counted = [operation.with_rows(rows, size) for operation in scorer.operations]
        once = [with_rows(shape, rows, size) for shape in scorer.once]
        found.append(Work(stage=f"scorer, {size:,} products", batch=batch, operations=counted, bytes_per_element=FULL, once=once))
    return found
