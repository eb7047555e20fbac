"""Model Analyzer: the ensemble cut to four steps, the copied repository, and its own parser on our files."""

from __future__ import annotations

import shlex
import shutil
from dataclasses import replace
from itertools import pairwise
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
from export.repository_check.repository import Repository
from export.repository_check.traps import no_queue_policy_with_one_instance
from export.tensorrt.releases import DEFAULT, release
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
    assert {each.name for each in config.input} == {"token_ids", "mask", "pixels", "presence", "allow", "sort", "word_row"}
    assert {each.name for each in config.output} == {"open", "scored_row", "scored_relevance", "word_relevance", "scored_version"}
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
        "scorer": [{"QUERY_VECTOR": vector, "INTENT": vector, "ALLOW": vector, "SORT": vector, "WORD_ROW": vector}],
    }
    (entry,) = core.entries(_cut("fusion", "scorer"), recorded)
    assert set(entry) == {"text_vector", "image_vector", "presence", "named", "allow", "sort", "word_row"}


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


def test_on_a_gpu_node_the_server_is_a_container_beside_that_of_model_analyzer(tmp_path: Path) -> None:
    settings = settings_file.gpu(tmp_path / "gpu_repository", tmp_path / "gpu_output", tmp_path / "input.json")
    assert settings["triton_launch_mode"] == "docker"
    assert settings["triton_docker_image"] == f"nvcr.io/nvidia/tritonserver:{DEFAULT}-py3"
    words = shlex.split(settings_file.docker_run(tmp_path))
    mounts = [word for before, word in pairwise(words) if before == "--volume"]
    assert mounts == ["/var/run/docker.sock:/var/run/docker.sock", f"{tmp_path}:{tmp_path}"]
    assert words[words.index("--workdir") + 1] == str(tmp_path)
    assert words[-5:] == [f"{settings['triton_docker_image']}-sdk", "model-analyzer", "profile", "-f", settings_file.GPU_FILE]
    for path in (settings["model_repository"], settings["output_model_repository_path"], settings["export_path"]):
        assert Path(path).is_relative_to(tmp_path)


def test_the_command_of_a_gpu_node_stands_in_its_page() -> None:
    page = (TEMPLATES.parent / "docs" / "perf-analyzer.md").read_text(encoding="utf-8").replace("\\\n", "")
    assert settings_file.docker_run(Path("/shop")) in " ".join(page.replace("$F", "/shop").replace('"', "").split())


def test_no_step_is_searched_with_the_one_instance_that_a_repository_check_refuses(tmp_path: Path) -> None:
    files = tmp_path / "copy", tmp_path / "out", tmp_path / "in.json"
    for settings in (settings_file.cpu(*files, tmp_path / "perf_analyzer"), settings_file.gpu(*files)):
        for step in settings["ensemble_composing_models"]:
            ((model, searched),) = step.items()
            (group,) = searched["model_config_parameters"]["instance_group"]
            for count in group["count"]:
                config = model_configs.read(TEMPLATES, model)
                config.instance_group[0].count = count
                told = Repository(
                    folder=TEMPLATES,
                    variant="default",
                    release=release(DEFAULT),
                    configs={model: config},
                    unparsed={},
                    engines={},
                )
                assert not list(no_queue_policy_with_one_instance(told)), (model, count)


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
