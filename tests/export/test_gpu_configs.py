"""What assembly completes in a GPU node's configurations: sizes, the float16 file, which plan is for which GPU."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

from assortment import artefacts, manifest
from assortment.contract import MAX_BATCH_SIZE
from assortment.errors import StepError
from assortment.paths import BuildPaths
from export import gpu_configs, steps
from export.steps import TEMPLATES


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Vocabularies of three facets and five categories."""
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / artefacts.FACETS).write_text(json.dumps(["brand", "colour", "type"]), encoding="utf-8")
    (folder / artefacts.CATEGORIES).write_text(json.dumps(list("abcde")), encoding="utf-8")
    return folder


@pytest.fixture
def fusion(tmp_path: Path) -> Path:
    """The model's folder, as it is being assembled."""
    folder = Path(shutil.copytree(TEMPLATES / "fusion", tmp_path / "fusion"))
    (folder / "1" / artefacts.MODEL).write_bytes(b"weights")
    return folder


def cache(model: Path) -> str:
    """Where ONNX Runtime keeps the engines of a model."""
    (accelerator,) = parsed(model, "ort_tensorrt").optimization.execution_accelerators.gpu_execution_accelerator
    return str(accelerator.parameters[gpu_configs.ENGINE_CACHE])


def parsed(model: Path, variant: str) -> Any:
    return text_format.Parse((model / "configs" / f"{variant}.pbtxt").read_text(encoding="utf-8"), model_config_pb2.ModelConfig())


@pytest.mark.parametrize("variant", gpu_configs.VARIANTS)
def test_no_size_stays_open(export: Path, fusion: Path, variant: str) -> None:
    gpu_configs.complete(fusion, export, [])
    config = parsed(fusion, variant)
    sizes = {tensor.name: list(tensor.dims) for tensor in (*config.input, *config.output)}
    assert (sizes["NAMED"], sizes["OPEN"], sizes["INTENT"]) == ([3], [4], [5])
    assert "-1" not in (fusion / "configs" / f"{variant}.pbtxt").read_text(encoding="utf-8").split("name:", 1)[1]


def test_profiles_get_the_sizes_too(export: Path, fusion: Path) -> None:
    gpu_configs.complete(fusion, export, [])
    (accelerator,) = parsed(fusion, "ort_tensorrt").optimization.execution_accelerators.gpu_execution_accelerator
    assert accelerator.parameters["trt_profile_max_shapes"] == "TEXT_VECTOR:16x256,IMAGE_VECTOR:16x256,PRESENCE:16x2,NAMED:16x3"


def test_other_variants_stay_as_they_are(export: Path, fusion: Path) -> None:
    gpu_configs.complete(fusion, export, [])
    for name in ("config.pbtxt", "configs/cpu.pbtxt"):
        assert (fusion / name).read_bytes() == (TEMPLATES / "fusion" / name).read_bytes()


def test_float16_is_served_where_it_was_exported(export: Path, fusion: Path) -> None:
    (fusion / "1" / artefacts.MODEL_FP16).touch()
    gpu_configs.complete(fusion, export, [])
    assert parsed(fusion, "ort_tensorrt").default_model_filename == artefacts.MODEL_FP16
    assert parsed(fusion, "tensorrt").default_model_filename == "model.plan"


def test_other_weights_get_another_engine_cache_and_the_same_ones_the_same(export: Path, tmp_path: Path) -> None:
    caches = []
    for shop, weights in (("old", b"a"), ("new", b"b"), ("copy", b"b")):
        model = Path(shutil.copytree(TEMPLATES / "fusion", tmp_path / shop / "fusion"))
        (model / "1" / artefacts.MODEL).write_bytes(weights)
        gpu_configs.complete(model, export, [])
        caches.append(cache(model))
    assert caches[0] != caches[1] == caches[2]
    assert caches[1] == f"/var/cache/assortment/fusion-{hashlib.sha256(b'b').hexdigest()[:12]}"


def test_the_engine_cache_is_that_of_the_file_that_is_served(export: Path, fusion: Path) -> None:
    (fusion / "1" / artefacts.MODEL_FP16).write_bytes(b"half")
    gpu_configs.complete(fusion, export, [])
    assert cache(fusion).endswith(f"-{hashlib.sha256(b'half').hexdigest()[:12]}")


def test_without_the_file_that_engines_are_built_from_nothing_is_completed(export: Path, fusion: Path) -> None:
    (fusion / "1" / artefacts.MODEL).unlink()
    with pytest.raises(StepError, match=r"holds no model\.onnx, whose sum names"):
        gpu_configs.complete(fusion, export, [])


@pytest.mark.parametrize("model", ["text_encoder", "image_encoder", "fusion"])
def test_every_batch_has_a_cuda_graph_of_its_own(model: str) -> None:
    graphs = parsed(TEMPLATES / model, "tensorrt").optimization.cuda
    assert graphs.graphs
    assert [spec.batch_size for spec in graphs.graph_spec] == list(range(1, MAX_BATCH_SIZE + 1))
    assert not any(spec.HasField("graph_lower_bound") or spec.input for spec in graphs.graph_spec)


def test_each_gpu_gets_its_plan(export: Path, fusion: Path, tmp_path: Path) -> None:
    for name in ("fusion.sm89.plan", "fusion.sm120.plan", "fusion.plan"):
        (tmp_path / name).touch()
    plans = gpu_configs.plans(tmp_path)
    assert [plan.filename for plan in plans] == ["model.plan", "sm120.plan", "sm89.plan"]
    gpu_configs.complete(fusion, export, plans)
    config = parsed(fusion, "tensorrt")
    assert dict(config.cc_model_filenames) == {"8.9": "sm89.plan", "12.0": "sm120.plan"}
    assert config.default_model_filename == "model.plan"


def test_a_folder_without_plans_or_with_unknown_ones_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StepError, match=r"holds no \.plan; run `assortment export --tensorrt`"):
        gpu_configs.plans(tmp_path)
    (tmp_path / "fusion.l4.plan").touch()
    with pytest.raises(StepError, match=r"fusion\.l4\.plan: a plan is called MODEL\.sm89\.plan"):
        gpu_configs.plans(tmp_path)


def engines_of(paths: BuildPaths, *models: str) -> Path:
    """A finished folder of engines, with bytes that are none."""
    folder = paths.root / "engines" / "26.07"
    folder.mkdir(parents=True)
    for model in models:
        (folder / f"{model}.sm89.plan").write_bytes(b"plan")
    (folder / gpu_configs.ENGINES).write_text("{}", encoding="utf-8")
    manifest.write(folder, step="engines", inputs=manifest.fingerprints({"export": paths.export}), settings={})
    return folder


@pytest.mark.slow
def test_a_repository_takes_engines_and_gives_them_up(small_build: BuildPaths, tmp_path: Path) -> None:
    paths = BuildPaths(Path(shutil.copytree(small_build.root, tmp_path / "shop")))
    engines = engines_of(paths, "fusion")
    made = steps.assemble(paths, engines=engines)
    assert made.inputs["engines"] == manifest.fingerprint(engines)
    assert {"fusion/1/sm89.plan", gpu_configs.ENGINES} <= set(made.files)
    assert "sm89.plan" in (paths.model_repository / "fusion/configs/tensorrt.pbtxt").read_text(encoding="utf-8")
    assert steps.assemble(paths, engines=engines) == made
    assert "fusion/1/sm89.plan" not in steps.assemble(paths).files


@pytest.mark.slow
def test_engines_of_other_models_are_refused(small_build: BuildPaths, tmp_path: Path) -> None:
    paths = BuildPaths(Path(shutil.copytree(small_build.root, tmp_path / "shop")))
    engines = engines_of(paths, "ranker")
    with pytest.raises(StepError, match="holds plans of"):
        steps.assemble(paths, engines=engines)
    told = manifest.read(paths.export)
    manifest.write(paths.export, step=told.step, inputs={}, settings={"other": 1})
    index = manifest.read(paths.index / "1")
    manifest.save(paths.index / "1", replace(index, inputs={**index.inputs, "export": manifest.fingerprint(paths.export)}))
    with pytest.raises(StepError, match="is of other models than"):
        steps.assemble(paths, engines=engines)
