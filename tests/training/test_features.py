from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from assortment import manifest
from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue, CatalogueWriter
from assortment.errors import ManifestError
from assortment.paths import BuildPaths
from training import features
from training.features import Features
from training.image_encoder import ImageEncoder
from training.image_features import encode_pictures
from training.settings import TrainingSettings


def picture(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), colour).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def colours(tmp_path: Path) -> Catalogue:
    """130 plain pictures, three batches; product 3 has none and product 5 a broken one."""
    with CatalogueWriter(tmp_path / "catalogue") as writer:
        for i in range(130):
            name = "" if i == 3 else f"{i}.png"
            data = b"no picture" if i == 5 else picture(f"rgb({i},{255 - i},7)")
            writer.add(Product(id=str(i), title=f"product {i}", picture=name), data if name else None)
    return Catalogue.open(tmp_path / "catalogue")


class Colour(nn.Module):
    """A CNN that sees the mean of each channel, and can be told to fail after some batches."""

    def __init__(self, batches: int = 1000) -> None:
        super().__init__()
        self.left = batches

    def extract_features(self, inputs: torch.Tensor) -> torch.Tensor:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return inputs.mean((2, 3)).repeat(1, 427)[:, :1280, None, None]


def test_missing_and_broken_pictures_are_zero_and_counted(colours: Catalogue, tmp_path: Path) -> None:
    found = encode_pictures(ImageEncoder(Colour()), colours, tmp_path / "image.npy", key="k")
    assert np.flatnonzero(~found.present).tolist() == [3, 5]
    assert found.num_unreadable == 1
    assert (np.abs(found.vectors).sum(1) > 0).tolist() == found.present.tolist()


def test_a_killed_run_goes_on_where_it_was(colours: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.image_features._BATCHES_PER_SAVE", 1)
    whole = np.array(encode_pictures(ImageEncoder(Colour()), colours, tmp_path / "whole.npy", key="k").vectors)
    (tmp_path / "image.progress.json").unlink()
    file = tmp_path / "image.npy"
    with pytest.raises(KeyboardInterrupt):
        encode_pictures(ImageEncoder(Colour(batches=2)), colours, file, key="k")
    rest = Colour(batches=1)
    resumed = encode_pictures(ImageEncoder(rest), colours, file, key="k")
    assert rest.left == 0, "one batch was left to do"
    assert np.array_equal(resumed.vectors, whole)
    assert resumed.num_unreadable == 1
    anew = Colour(batches=3)
    encode_pictures(ImageEncoder(anew), colours, file, key="another backbone")
    assert anew.left == 0, "features of another key are not taken over"


def test_features_are_unit_rows_of_the_catalogue_and_computed_once(
    shop: BuildPaths, catalogue: Catalogue, cached: Features, tiny_settings: TrainingSettings
) -> None:
    for field in features.FIELDS:
        vectors = getattr(cached, field)
        assert vectors.shape == (len(catalogue), 32)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert cached.image.shape == (len(catalogue), 1280)
    assert cached.has_image.tolist() == [bool(product.picture) for product in catalogue.products]
    written = (shop.features / "image.npy").stat().st_mtime_ns
    features.extract(shop, tiny_settings)
    assert (shop.features / "image.npy").stat().st_mtime_ns == written
    assert manifest.verify(shop.features).results["products"] == len(catalogue)


def test_unfinished_features_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="never finished"):
        features.load(tmp_path)
