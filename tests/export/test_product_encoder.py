"""Encoding a catalogue with the exported models of a small shop trained for real."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assortment import artefacts
from assortment.catalogue.store import Catalogue, CatalogueWriter
from assortment.paths import BuildPaths
from assortment.serving.onnx_step import OnnxStep
from assortment.serving.prepare_product import PrepareProductStep
from assortment.serving.step import Tensors, strings
from assortment.text import product_text
from export.product_encoder import ProductEncoder

pytestmark = pytest.mark.slow


def test_index_vectors_are_those_that_embed_product_serves(small_build: BuildPaths) -> None:
    catalogue = Catalogue.open(small_build.catalogue)
    indexed = np.fromfile(small_build.index / "1" / artefacts.PRODUCT_VECTORS, dtype=np.float32).reshape(-1, 256)
    rows = [0, 1, len(catalogue) // 2, len(catalogue) - 1]
    for row in rows:
        product = catalogue.products[row]
        request: Tensors = {"TEXT": strings([product_text(product).encode()])}
        request["LABEL"] = strings([label.encode() for label in product.labels()])
        picture = catalogue.picture(product)
        if picture is not None:
            request["PICTURE"] = strings([picture])
        np.testing.assert_allclose(embed(small_build.export, request)["PRODUCT_VECTOR"][0], indexed[row], atol=1e-4)


def embed(export: Path, request: Tensors) -> Tensors:
    """The steps of ``embed_product``, one after the other."""
    tensors = dict(request)
    for step in (
        PrepareProductStep(export),
        OnnxStep("product_text_encoder", export / artefacts.PRODUCT_TEXT_ENCODER),
        OnnxStep("image_encoder", export / artefacts.IMAGE_ENCODER),
        OnnxStep("product_fusion", export / artefacts.PRODUCT_FUSION),
    ):
        (outcome,) = step.run([tensors])
        assert isinstance(outcome, dict)
        tensors.update(outcome)
    return tensors


def test_equal_texts_are_encoded_once_and_unreadable_pictures_are_counted(small_build: BuildPaths, tmp_path: Path) -> None:
    product = next(product for product in Catalogue.open(small_build.catalogue).products if product.picture)
    with CatalogueWriter(tmp_path) as writer:
        writer.add(replace(product, id="no picture", picture=""))
        writer.add(replace(product, id="truncated", picture="truncated.jpg"), b"\xff\xd8\xff\xe0 no more")
        writer.add(replace(product, id="other text", title="A lamp", picture=""))
    encoded = ProductEncoder(small_build.export).encode(Catalogue.open(tmp_path))
    assert (encoded.num_texts, encoded.num_pictures, encoded.num_unreadable) == (2, 0, 1)
    vectors = encoded.tables.product_vectors
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)  # an unreadable picture is no picture
    assert not np.allclose(vectors[0], vectors[2], atol=1e-3)
