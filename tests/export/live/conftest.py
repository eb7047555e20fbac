"""A shop whose catalogue changes: float32 models, so that an answer does not depend on its batch mates."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from assortment import artefacts, manifest
from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue, CatalogueWriter
from assortment.paths import BuildPaths
from export.index_step import index
from export.steps import assemble

Edit = Callable[[Sequence[Product]], Sequence[Product]]


@pytest.fixture(scope="session")
def float_shop(small_build: BuildPaths, tmp_path_factory: pytest.TempPathFactory) -> BuildPaths:
    """The small shop with the 32-bit query encoder, indexed and assembled."""
    paths = BuildPaths(tmp_path_factory.mktemp("live") / "shop")
    for name in ("catalogue", "protocol", "export"):
        shutil.copytree(getattr(small_build, name), getattr(paths, name))
    (paths.export / artefacts.TEXT_ENCODER_INT8).unlink(missing_ok=True)
    told = manifest.read(paths.export)
    inputs = {"catalogue": paths.catalogue, "protocol": paths.protocol}
    manifest.write(
        paths.export, step="export", inputs=manifest.fingerprints(inputs), settings=told.settings, results=told.results
    )
    index(paths)
    assemble(paths)
    return paths


@pytest.fixture
def shop(float_shop: BuildPaths, tmp_path: Path) -> BuildPaths:
    """A copy of it that a test may change."""
    shutil.copytree(float_shop.root, tmp_path / "shop")
    return BuildPaths(tmp_path / "shop")


@pytest.fixture(scope="session")
def edit() -> Callable[[BuildPaths, Edit], None]:
    """Imports a shop's catalogue anew, changed."""

    def change(paths: BuildPaths, edited: Edit) -> None:
        before = Catalogue.open(paths.catalogue)
        products = [(product, before.picture(product)) for product in edited(before.products)]
        shutil.rmtree(paths.catalogue)
        with CatalogueWriter(paths.catalogue) as writer:
            for product, picture in products:
                writer.add(product, picture)
        manifest.write(paths.catalogue, step="catalogue", inputs={}, settings={})

    return change
