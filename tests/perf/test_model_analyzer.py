"""Model Analyzer: the ensemble cut to four steps, the copied repository, and its own parser on our files."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assortment import manifest
from assortment.catalogue.generated.generator import generate
from assortment.catalogue.store import CatalogueWriter
from assortment.contract import STEPS
from assortment.errors import StepError
from assortment.paths import BuildPaths
from assortment.protocol.steps import freeze
from perf import model_configs
from perf.model_analyzer import core, parser, repository, settings_file
from perf.model_analyzer.command import main
from perf.model_analyzer.settings import TOOL
from perf.perf_analyzer import binary
from perf.report.results import claim
from tests.conftest import SMALL

TEMPLATES = Path(__file__).parents[2] / "model_repository"


def _cut(*models: str):
    return core.cut(
        model_configs.read(TEMPLATES, "search_multimodal"), {model: model_configs.read(TEMPLATES, model) for model in models}
    )


def test_the_core_takes_what_prepare_gives_and_gives_what_the_diversifier_takes() -> None:
    config = _cut(*core.CORE_STEPS)
    assert {each.name for each in config.input} == {"token_ids", "mask", "pixels", "presence", "allow", "sort"}
    assert {each.name for each in config.output} == {"open", "scored_row", "scored_relevance", "scored_version"}
    dims = {each.name: tuple(each.dims) for each in config.input}
    assert dims["pixels"] == next(tensor.dims for tensor in STEPS["image_encoder"].inputs if tensor.name == "PIXELS")
    assert len(config.ensemble_scheduling.step) == core.MOST_STEPS


def test_more_steps_than_quick_search_takes_are_refused() -> None:
    with pytest.raises(StepError, match="at most 4"):
        _cut(*core.CORE_STEPS, "diversifier")


def test_a_step_that_is_not_there_is_named() -> None:
    with pytest.raises(StepError, match="no step candidate_scorer"):
        _cut("fusion", "candidate_scorer")


def test_requests_of_the_core_come_from_what_reached_its_steps() -> None:
    vector = np.ones((1, 256), dtype=np.float32)
    recorded = {
        "fusion": [{"TEXT_VECTOR": vector, "IMAGE_VECTOR": vector, "PRESENCE": vector[:, :2], "NAMED": vector[:, :3]}],
        "scorer": [{"QUERY_VECTOR": vector, "INTENT": vector, "ALLOW": vector, "SORT": vector}],
    }
    (entry,) = core.entries(_cut("fusion", "scorer"), recorded)
    assert set(entry) == {"text_vector", "image_vector", "presence", "named", "allow", "sort"}


def test_the_copy_is_of_the_variant_and_leaves_the_original_alone(tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES, tmp_path / "original")
    before = (tmp_path / "original" / "search" / "config.pbtxt").read_bytes()
    repository.copy(tmp_path / "original", tmp_path / "copy", variant="cpu")
    assert [s.model_name for s in model_configs.read(tmp_path / "copy", "search").ensemble_scheduling.step] == ["text_search"]
    assert (tmp_path / "original" / "search" / "config.pbtxt").read_bytes() == before


def test_the_core_is_added_as_a_model_of_its_own(tmp_path: Path) -> None:
    repository.copy(TEMPLATES, tmp_path / "copy")
    repository.add_core(tmp_path / "copy")
    assert model_configs.read(tmp_path / "copy", core.CORE) == _cut(*core.CORE_STEPS)
    assert (tmp_path / "copy" / core.CORE / "1").is_dir()


def test_no_queries_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--build", str(tmp_path), "--queries", "0"]) == 1
    assert "queries: 0 is not allowed; allowed: 1 and above" in capsys.readouterr().err


def test_a_catalogue_without_pictures_is_refused_and_earlier_results_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = BuildPaths(tmp_path / "bare")
    with CatalogueWriter(paths.catalogue) as writer:
        for product, _ in generate(SMALL, seed=7):
            writer.add(replace(product, picture=""))
    manifest.write(paths.catalogue, step="catalogue", inputs={}, settings={})
    freeze(paths)
    earlier = claim(tmp_path / TOOL, TOOL) / "cpu.yaml"
    earlier.write_text("mine")
    assert main(["--build", str(tmp_path), "--catalogue", "bare", "--quick"]) == 1
    told = capsys.readouterr().err
    assert "catalogue: 'bare' is not allowed; allowed: one with pictures; none of its first 5 test queries" in told
    assert earlier.read_text() == "mine"


@pytest.mark.slow
def test_model_analyzer_accepts_our_files_and_refuses_a_list_of_loads(tmp_path: Path) -> None:
    try:
        analyzer, tool = parser.fetch(tmp_path), binary.find(tmp_path).path
    except StepError as error:
        pytest.skip(str(error))
    repository.copy(TEMPLATES, tmp_path / "copy")
    files = tmp_path / "copy", tmp_path / "out", tmp_path / "in.json"
    cpu, gpu = settings_file.cpu(*files, tool), settings_file.gpu(*files)
    for name, settings in (("cpu", cpu), ("gpu", gpu), ("wrong", {**cpu, "concurrency": [1, 2]})):
        settings_file.write(settings, tmp_path / f"{name}.yaml", head=name)
    assert parser.check(tmp_path / "cpu.yaml", analyzer, tool) == "['search'] ['text_search']"
    assert parser.check(tmp_path / "gpu.yaml", analyzer, tool) == f"['search_core'] {list(core.CORE_STEPS)}"
    with pytest.raises(StepError, match="quick search mode is not supported with lists"):
        parser.check(tmp_path / "wrong.yaml", analyzer, tool)
