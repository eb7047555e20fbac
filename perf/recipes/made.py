"""The files that are compared: every recipe of the two encoders of queries."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assortment import artefacts
from assortment.catalogue.store import Catalogue
from export.precision import calibration, float16, static_int8
from export.recipes import Kitchen

FLOAT32: Final = "float32"
IMAGE_RECIPES: Final = {
    FLOAT32: "as trained",
    "float16": "for GPUs",
    "int8-static": "Q/DQ nodes, calibrated on pictures",
}
"""Of the image encoder, and what they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Files by recipe, float32 first."""

    texts: dict[str, Path]
    images: dict[str, Path]


def make(recipes: Sequence[str], kitchen: Kitchen, catalogue: Catalogue, export: Path, folder: Path) -> Made:
    """Makes these recipes of the text encoder, and all of the image encoder, in ``folder``.

    Raises:
        InputError: when there is too little to calibrate or recover with.
        StepError: when the text encoder is of a family that cannot be pruned.
    """
    made = Made(texts={}, images={})
    for name in recipes:
        made.texts[name] = folder / f"text-{name}.onnx"
        kitchen.make(name, made.texts[name])
    source = export / artefacts.IMAGE_ENCODER
    made.images.update({name: folder / f"image-{name}.onnx" for name in IMAGE_RECIPES})
    shutil.copyfile(source, made.images[FLOAT32])
    float16.convert(source, made.images["float16"])
    static_int8.quantise(source, made.images["int8-static"], calibration.pictures(catalogue))
    return made
