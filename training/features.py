"""Frozen-backbone features of all products: computed once for a catalogue, read by training and zero-shot evaluation.

product_text.npy  (N, H) float32 unit rows: assortment.text.product_text, what the product tower reads
title.npy         (N, H) of the title alone
attributes.npy    (N, H) of the attribute sentence alone
image.npy         (N, 1280) float32 CNN features, zero without a picture
has_image.npy     (N,) bool
tokenizer.json    of the text backbone
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from assortment import manifest
from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_PRODUCT_TOKENS
from assortment.paths import BuildPaths
from assortment.text import TOKENIZER_FILE, TextTokenizer, attribute_sentence, product_text
from training import backbones, depends_on, devices, image_features
from training.backbones import TextBackbone
from training.image_encoder import ImageEncoder
from training.settings import TrainingSettings
from training.text_encoder import TextEncoder
from training.text_features import encode_texts

STEP: Final = "features"
FIELDS: Final[dict[str, Callable[[Product], str]]] = {
    "product_text": product_text,
    "title": lambda product: product.title,
    "attributes": attribute_sentence,
}
_IMAGE: Final = "image"
_HAS_IMAGE: Final = "has_image.npy"


@dataclass(frozen=True, slots=True)
class Features:
    """The arrays of a features folder, memory-mapped, by catalogue row."""

    product_text: npt.NDArray[np.float32]
    """(N, H) unit rows."""
    title: npt.NDArray[np.float32]
    """(N, H) unit rows."""
    attributes: npt.NDArray[np.float32]
    """(N, H) unit rows."""
    image: npt.NDArray[np.float32]
    """(N, 1280), zero without a picture."""
    has_image: npt.NDArray[np.bool_]
    """(N,)"""
    tokenizer_file: Path
    text_backbone: str
    """The encoder whose vectors these are, as ``backbones.load_text`` takes it."""


def extract(paths: BuildPaths, settings: TrainingSettings) -> Features:
    """Computes the features of ``paths.catalogue`` into ``paths.features``, unless they are current."""
    chosen: dict[str, Any] = {
        "text_backbone": settings.text_backbone,
        "image_backbone": settings.image_backbone,
        "precision": settings.precision,
        **depends_on.text_backbone(settings),
    }
    inputs = {"catalogue": paths.catalogue}
    if not manifest.is_current(paths.features, step=STEP, inputs=inputs, settings=chosen):
        made_from = manifest.fingerprints(inputs)
        start = time.monotonic()
        backbone = backbones.load_text(settings.text_backbone)  # first: a wrong folder must not cost the features that are there
        paths.features.mkdir(parents=True, exist_ok=True)
        (paths.features / manifest.FILENAME).unlink(missing_ok=True)
        results = _extract_into(paths.features, Catalogue.open(paths.catalogue), backbone, settings, key=_key(made_from, chosen))
        results["seconds"] = round(time.monotonic() - start, 1)
        manifest.write(paths.features, step=STEP, inputs=made_from, settings=chosen, results=results)
    return load(paths.features)


def extract_pretrained(paths: BuildPaths, settings: TrainingSettings) -> Features:
    """The same under ``paths.pretrained``, into ``paths.pretrained_features``; pictures are taken from ``paths.features``."""
    folder, plain = paths.pretrained_features, paths.features
    chosen: dict[str, Any] = {"text_backbone": str(paths.pretrained), "precision": settings.precision}
    inputs = {"catalogue": paths.catalogue, "features": plain, "pretrained": paths.pretrained}
    if not manifest.is_current(folder, step=STEP, inputs=inputs, settings=chosen):
        made_from = manifest.fingerprints(inputs)
        start = time.monotonic()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / manifest.FILENAME).unlink(missing_ok=True)
        for name in (f"{_IMAGE}.npy", _HAS_IMAGE):
            shutil.copyfile(plain / name, folder / name)
        backbone = backbones.load_text(str(paths.pretrained))
        catalogue = Catalogue.open(paths.catalogue)
        size = _encode_texts_into(folder, catalogue, backbone, settings)
        results = {"products": len(catalogue), "text_dimensions": size, "seconds": round(time.monotonic() - start, 1)}
        manifest.write(folder, step=STEP, inputs=made_from, settings=chosen, results=results)
    return load(folder)


def load(folder: Path) -> Features:
    """Opens a finished features folder.

    Raises:
        ManifestError: when it is not finished.
    """
    backbone: str = manifest.read(folder).settings["text_backbone"]
    arrays = {field: np.load(folder / f"{field}.npy", mmap_mode="r") for field in (*FIELDS, _IMAGE)}
    return Features(
        **arrays,
        has_image=np.load(folder / _HAS_IMAGE),
        tokenizer_file=folder / TOKENIZER_FILE,
        text_backbone=backbone,
    )


def _extract_into(
    folder: Path, catalogue: Catalogue, backbone: TextBackbone, settings: TrainingSettings, *, key: str
) -> dict[str, Any]:
    size = _encode_texts_into(folder, catalogue, backbone, settings)
    encoder = ImageEncoder(backbones.load_image()).eval().to(devices.device())
    images = image_features.encode_pictures(encoder, catalogue, folder / f"{_IMAGE}.npy", key=key)
    np.save(folder / _HAS_IMAGE, images.present)
    image_features.forget_progress(folder)
    return {
        "products": len(catalogue),
        "with_picture": int(images.present.sum()),
        "unreadable_pictures": images.num_unreadable,
        "text_dimensions": size,
    }


def _encode_texts_into(folder: Path, catalogue: Catalogue, backbone: TextBackbone, settings: TrainingSettings) -> int:
    """Writes tokenizer and text vectors; the vectors' size."""
    (folder / TOKENIZER_FILE).write_text(backbone.tokenizer_json, encoding="utf-8")
    encoder = TextEncoder.of(backbone.model).to(devices.device())
    tokenizer = TextTokenizer(folder / TOKENIZER_FILE, max_tokens=MAX_PRODUCT_TOKENS)
    for field, text in FIELDS.items():
        texts = [text(product) for product in catalogue.products]
        words = field.replace("_", " ")
        np.save(
            folder / f"{field}.npy",
            encode_texts(encoder, tokenizer, texts, precision=settings.precision, doing=f"features of {words}"),
        )
    return encoder.projection.in_features


def _key(made_from: dict[str, str], chosen: dict[str, Any]) -> str:
    told = json.dumps([chosen, made_from], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
