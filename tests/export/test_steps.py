"""The steps on a small shop trained for real: skipped when current, refused when damaged, complete when assembled."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assortment import artefacts, manifest
from assortment.catalogue.store import Catalogue
from assortment.errors import ManifestError, StepError
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import SearchRequest
from export import cpu_encoder, steps
from export.dev_quality import DevQuality
from export.index_step import index
from export.recipes import AUTOMATIC, Kitchen
from training import checkpoint

pytestmark = pytest.mark.slow


@pytest.fixture
def copy(small_build: BuildPaths, tmp_path: Path) -> BuildPaths:
    """The small shop, to be damaged."""
    shutil.copytree(small_build.root, tmp_path / "copy")
    return BuildPaths(tmp_path / "copy")


def test_finished_steps_are_skipped(small_build: BuildPaths) -> None:
    files = [
        path for folder in (small_build.export, small_build.index, small_build.model_repository) for path in folder.rglob("*")
    ]
    before = {path: path.stat().st_mtime_ns for path in files}
    steps.export(small_build)
    index(small_build)
    steps.assemble(small_build)
    assert {path: path.stat().st_mtime_ns for path in files} == before


def test_exports_answer_as_pytorch_does(small_build: BuildPaths) -> None:
    parity = json.loads((small_build.export / artefacts.PARITY).read_text(encoding="utf-8"))
    assert set(parity["largest_difference"]) == {
        "text_encoder", "product_text_encoder", "image_encoder", "fusion", "product_fusion", "label_tower", "scorer",
    }  # fmt: skip
    assert max(parity["largest_difference"].values()) <= 1e-4


def test_eight_bits_ship_only_below_the_allowed_loss(copy: BuildPaths, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    catalogue, protocol = Catalogue.open(copy.catalogue), Protocol.open(copy.protocol)
    kitchen = Kitchen(copy.export, checkpoint.load(copy.checkpoints), catalogue, protocol, tmp_path)
    quality = DevQuality(copy.export, copy.index / "1" / artefacts.SCORER, catalogue, protocol)
    assert quality.num_queries > 0
    generous = cpu_encoder.ship_if_good(copy.export, quality, kitchen, max_loss=1.0)
    assert generous.shipped == AUTOMATIC[0]
    assert artefacts.cpu_model(copy.export, artefacts.TEXT_ENCODER).name == artefacts.TEXT_ENCODER_INT8
    strict = cpu_encoder.ship_if_good(copy.export, quality, kitchen, max_loss=-1.0)
    assert strict.shipped == ""
    assert set(strict.int8_ndcg) == set(AUTOMATIC)
    assert artefacts.cpu_model(copy.export, artefacts.TEXT_ENCODER).name == artefacts.TEXT_ENCODER
    assert "NOT shipped" in caplog.text
    assert generous.int8_ndcg.items() <= strict.int8_ndcg.items()
    assert json.loads((copy.export / artefacts.QUANTISATION).read_text(encoding="utf-8"))["shipped"] == ""


def test_index_vectors_are_unit_rows_of_every_product(small_build: BuildPaths) -> None:
    folder = small_build.index / "1"
    num_products = len(Catalogue.open(small_build.catalogue))
    vectors = np.fromfile(folder / artefacts.PRODUCT_VECTORS, dtype=np.float32).reshape(-1, 256)
    assert len(vectors) == len(np.load(folder / artefacts.IDS)) == num_products
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)
    told = json.loads((folder / artefacts.INDEX).read_text(encoding="utf-8"))
    default = manifest.read(folder).results["default"]
    assert (told["default_strategy"], told["default_diversity"]) == (default["strategy"], default["strength"])


def test_the_assembled_repository_answers_as_its_artefacts_do(small_build: BuildPaths) -> None:
    requests = [SearchRequest(query="blue shirt", k=5), SearchRequest(query="something to read", k=5)]
    assembled = Pipeline.open(small_build.model_repository).search(requests)
    parts = Pipeline.from_artefacts(small_build.export, small_build.index).search(requests)
    assert [answer.ids for answer in assembled] == [answer.ids for answer in parts]


def test_big_files_take_their_space_once(small_build: BuildPaths) -> None:
    vectors = small_build.index / "1" / artefacts.PRODUCT_VECTORS
    served = small_build.model_repository / "scorer" / "1" / artefacts.PRODUCT_VECTORS
    assert os.path.samefile(vectors, served)


def test_a_new_version_is_served_and_the_previous_one_waits_for_a_rollback(copy: BuildPaths) -> None:
    shutil.copytree(copy.index / "1", copy.index / "2")  # stands for an index of a changed catalogue
    written = manifest.read(copy.index / "1")
    manifest.write(
        copy.index / "2",
        step="index",
        inputs=manifest.fingerprints({"export": copy.export}),
        settings={**written.settings, "version": 2},
    )
    steps.assemble(copy)
    repository = copy.model_repository
    assert {path.name for path in (repository / "scorer").glob("[0-9]*")} == {"1", "2"}
    assert (repository / "scorer" / "2" / "model.py").is_file()
    for model in ("prepare", "text_search"):
        assert {path.name for path in (repository / model).glob("[0-9]*")} == {"1", "2"}, "filters are resolved by version"
        assert {path.name for path in (repository / model / artefacts.CATALOGUES).iterdir()} == {"1", "2"}
    assert {path.name for path in (repository / "diversifier" / artefacts.CATALOGUES).iterdir()} == {"1", "2"}
    assert manifest.verify(repository).results["served_version"] == 2


def test_a_damaged_model_is_refused_by_name_and_the_repository_stays(copy: BuildPaths) -> None:
    before = manifest.read(copy.model_repository)
    path = copy.export / artefacts.FUSION
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:-100] + bytes(100))
    manifest_file = copy.model_repository / manifest.FILENAME
    manifest_file.unlink()  # so that the step is not skipped
    with pytest.raises(ManifestError, match=r"fusion\.onnx does not match"):
        steps.assemble(copy)
    assert {name for name in before.files if not (copy.model_repository / name).is_file()} == set()


def test_an_index_of_other_models_is_refused(copy: BuildPaths) -> None:
    path = copy.export / artefacts.CATEGORIES
    path.unlink()
    path.write_text("[]", encoding="utf-8")
    exported = manifest.read(copy.export)
    manifest.write(copy.export, step="export", inputs={}, settings=exported.settings)
    with pytest.raises(StepError, match=r"made with other models .* run `assortment index"):
        steps.assemble(copy)


@pytest.mark.parametrize(
    ("folder", "step", "said"),
    [
        ("checkpoints", steps.export, "assortment train"),
        ("export", index, "assortment export"),
        ("export", steps.assemble, "assortment export"),
        ("index", steps.assemble, "assortment index"),
    ],
)
def test_what_is_missing_is_named_with_the_command_that_makes_it(
    copy: BuildPaths, folder: str, step: Callable[[BuildPaths], object], said: str
) -> None:
    shutil.rmtree(copy.root / folder)
    with pytest.raises(StepError, match=said):
        step(copy)


def test_other_words_make_another_export(copy: BuildPaths) -> None:
    settings = manifest.read(copy.export).settings
    inputs = {name: getattr(copy, name) for name in ("checkpoints", "catalogue", "protocol", "knowledge")}
    assert manifest.is_current(copy.export, step=steps.EXPORT, inputs=inputs, settings=settings)
    told = manifest.read(copy.knowledge)
    manifest.write(
        copy.knowledge, step=told.step, inputs=told.inputs, settings={**told.settings, "wordnet_files": {"0/data.noun": ""}}
    )
    assert not manifest.is_current(copy.export, step=steps.EXPORT, inputs=inputs, settings=settings)
