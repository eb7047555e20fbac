"""A shop that is too small to train on takes the models of another one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from assortment import artefacts, manifest
from assortment.catalogue.readers.table_columns import TableSettings
from assortment.catalogue.steps import import_catalogue
from assortment.errors import InputError, StepError
from assortment.paths import BuildPaths
from assortment.serving.catalogue_tables import ProductTable, newest
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import SearchRequest
from export.borrow import borrow
from export.index_step import index
from export.steps import assemble

_TABLE = """id,title,category,brand,price,stock,attributes.colour
A,Enamel mug,Kitchen > Mugs,Fjell,12.50,4,Blue
B,Stoneware teapot,Kitchen > Teapots,Lumen,49,0,Grey
C,Wool blanket,Home > Blankets,Fjell,79,2,Red
"""


@pytest.mark.slow
def test_three_products_are_searched_with_the_models_of_another_shop(small_build: BuildPaths, tmp_path: Path) -> None:
    paths = BuildPaths(tmp_path / "mine")
    (tmp_path / "shop.csv").write_text(_TABLE)
    import_catalogue(paths, reader="table", source=tmp_path / "shop.csv", table=TableSettings())
    borrow(paths, small_build)
    assert os.path.samefile(paths.export / artefacts.FUSION, small_build.export / artefacts.FUSION)
    index(paths)
    assemble(paths)
    manifest.verify(paths.model_repository)
    pipeline = Pipeline.open(paths.model_repository)
    (answer,) = pipeline.search([SearchRequest(query="blue enamel mug", k=5, diversity=0.0)])
    assert set(answer.ids) == {"A", "B", "C"}
    assert answer.ids[0] == "A"
    (answer,) = pipeline.search([SearchRequest(query="something", rules='{"filters": {"in_stock": true, "brand": ["fjell"]}}')])
    assert set(answer.ids) == {"A", "C"}
    ours, lenders = (ProductTable.open(newest(shop.index)) for shop in (paths, small_build))
    assert (ours.default_strategy, ours.default_diversity) == (lenders.default_strategy, lenders.default_diversity)
    before = manifest.read(paths.export)
    assert borrow(paths, small_build) == before


def test_a_lender_without_models_is_told(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="holds no exported models; run `assortment export --catalogue other` first"):
        borrow(BuildPaths(tmp_path / "mine"), BuildPaths(tmp_path / "other"))
    with pytest.raises(InputError, match="models-of: 'mine' is not allowed"):
        borrow(BuildPaths(tmp_path / "mine"), BuildPaths(tmp_path / "mine"))


@pytest.mark.slow
def test_models_of_an_earlier_release_are_neither_lent_nor_indexed(small_build: BuildPaths, tmp_path: Path) -> None:
    lender, paths = BuildPaths(tmp_path / "other"), BuildPaths(tmp_path / "mine")
    lender.root.mkdir()
    paths.root.mkdir()
    for name in ("catalogue", "export"):
        shutil.copytree(small_build.root / name, lender.root / name, copy_function=os.link)
    before = manifest.read(lender.export)
    (lender.export / artefacts.DICTIONARY[0]).unlink()
    manifest.write(lender.export, step=before.step, inputs=before.inputs, settings=before.settings, results=before.results)
    told = r"dictionary\.npy is missing: an earlier version .*; run `assortment export --catalogue other` again"
    with pytest.raises(StepError, match=told):
        borrow(paths, lender)
    assert not paths.export.exists()
    with pytest.raises(StepError, match=told):
        index(lender)
    assert not list(lender.root.glob("index/*"))
