"""Twins of the exported models for GPU nodes, beside them in the export folder, each held against its float32 model.

    float16       every encoder and fusion; ``artefacts.fp16``
    static int8   the two encoders of queries, calibrated on pictures and training queries; ``artefacts.static_int8``

They are made when asked for: no CPU server runs them.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from torch import Tensor

from assortment import artefacts
from assortment.catalogue.progress import progress
from assortment.catalogue.store import Catalogue
from assortment.contract import STEPS
from assortment.serving.onnx_session import OnnxSession
from export.precision import calibration, float16, smoothing, static_int8, tolerances
from export.precision.dynamic_int8 import NAMED_FACETS

FLOAT16: Final = {
    "text_encoder": artefacts.TEXT_ENCODER,
    "product_text_encoder": artefacts.PRODUCT_TEXT_ENCODER,
    "image_encoder": artefacts.IMAGE_ENCODER,
    "fusion": artefacts.FUSION,
    "product_fusion": artefacts.PRODUCT_FUSION,
}
"""Models that get a float16 twin, and their files. The scorers stay as they are: they read rows, not weights."""
KEPT_IN_FLOAT32: Final = {"text_encoder": (NAMED_FACETS,), "fusion": ("/open_facets/",)}
"""Parts that take logarithms of numbers next to 0 and 1, which float16 does not tell apart: OPEN would be NaN for a query without
words."""


def write_float16(folder: Path, arguments: dict[str, tuple[Tensor, ...]]) -> dict[str, float]:
    """Writes all float16 twins; returns the largest difference of each from float32.

    Args:
        folder: an export folder.
        arguments: real inputs of every model, see ``parity.real_arguments``.

    Raises:
        StepError: when a twin strays further than the table of tolerances allows.
    """
    differences: dict[str, float] = {}
    for name, file in progress(FLOAT16.items(), doing="models to float16", total=len(FLOAT16)):
        target = folder / artefacts.fp16(file)
        float16.convert(folder / file, target, keep=KEPT_IN_FLOAT32.get(name, ()))
        differences[name] = _held(name, folder / file, target, arguments[name], "float16")
    return differences


def write_static_int8(
    folder: Path, catalogue: Catalogue, queries: list[str], arguments: dict[str, tuple[Tensor, ...]]
) -> dict[str, float]:
    """Writes the encoders' static 8-bit twins; returns the largest difference of each from float32.

    Raises:
        InputError: when the catalogue has too few readable pictures, or there are too few queries.
        StepError: when a twin strays further than the table of tolerances allows.
    """
    pictures, texts = calibration.pictures(catalogue), calibration.texts(folder / artefacts.TOKENIZER, queries)
    differences: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        smoothed = Path(scratch) / artefacts.TEXT_ENCODER
        smoothing.smooth(folder / artefacts.TEXT_ENCODER, smoothed, texts, keep=[NAMED_FACETS])
        for name, source, calibrated in (
            ("image_encoder", folder / artefacts.IMAGE_ENCODER, pictures),
            ("text_encoder", smoothed, texts),
        ):
            target = folder / artefacts.static_int8(FLOAT16[name])
            static_int8.quantise(source, target, calibrated, keep=[NAMED_FACETS])
            differences[name] = _held(name, folder / FLOAT16[name], target, arguments[name], "int8")
    return differences


def _held(name: str, source: Path, target: Path, arguments: tuple[Tensor, ...], precision: str) -> float:
    signature = STEPS[name]
    inputs = {tensor.name: value.numpy() for tensor, value in zip(signature.inputs, arguments, strict=True)}
    found, expected = OnnxSession(target).run(inputs), OnnxSession(source).run(inputs)
    largest = 0.0
    for output in signature.outputs:
        strayed = tolerances.deviation(found[output.name], expected[output.name])
        tolerances.check(f"{target}: {output.name}", strayed, precision)
        largest = max(largest, strayed.largest)
    return largest
