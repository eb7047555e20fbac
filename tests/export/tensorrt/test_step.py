"""The step around the builder. TensorRT itself cannot run without a GPU, so the workshop is one of paper: its plans are bytes
that say what they are made of, and it does what the real one promises."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from assortment import manifest
from assortment.contract import STEPS
from assortment.errors import InputError, StepError
from assortment.paths import BuildPaths
from export.tensorrt.build import Built
from export.tensorrt.engine_folder import EngineFolder
from export.tensorrt.inspection import IO_TYPES, Inspection
from export.tensorrt.plan import EnginePlan
from export.tensorrt.profiles import profiles
from export.tensorrt.releases import release
from export.tensorrt.settings import Settings
from export.tensorrt.sources import MODELS
from export.tensorrt.step import Machine, Workshop, build_engines, merge
from tests.export.tensorrt.exported import NUM_FACETS, write_model

RELEASE = release("26.07")
L4 = Machine("11.1.0.106", "8.9")


@dataclass
class Paper:
    """Counts what it is asked to do."""

    built: list[str] = field(default_factory=list)
    refitted: list[str] = field(default_factory=list)
    caches: list[bytes] = field(default_factory=list)
    weights: str = "float16"
    takes_new_weights: bool = True

    def workshop(self) -> Workshop:
        return Workshop(self._build, self._refit, self._inspect)

    def _build(self, engine: EnginePlan, settings: Settings, timing_cache: bytes) -> Built:
        self.built.append(engine.filename)
        self.caches.append(timing_cache)
        plan = json.dumps([engine.model, settings.best_batch, engine.source.sha256]).encode()
        return Built(plan=plan, timing_cache=timing_cache + b"+", seconds=1.0)

    def _refit(self, plan: bytes, onnx: Path) -> bytes:
        if not self.takes_new_weights:
            raise StepError("it needs weights that are not there")
        model, best_batch, _ = json.loads(plan)
        self.refitted.append(model)
        return json.dumps([model, best_batch, manifest.sha256(onnx)]).encode()

    def _inspect(self, plan: bytes) -> Inspection:
        model, best_batch, _ = json.loads(plan)
        return Inspection(
            tensorrt=L4.tensorrt,
            num_bytes=len(plan),
            inputs={tensor.name: IO_TYPES[tensor.dtype] for tensor in STEPS[model].inputs},
            outputs={tensor.name: IO_TYPES[tensor.dtype] for tensor in STEPS[model].outputs},
            profiles=profiles(model, best_batch=best_batch, num_facets=NUM_FACETS),
            layers={},
            weights={self.weights: 64},
            tensors={},
            refittable=True,
        )


@pytest.fixture
def paths(exported: Path) -> BuildPaths:
    """A catalogue whose models are exported."""
    _finish(exported)
    return BuildPaths(exported.parent)


def _finish(export: Path) -> None:
    manifest.write(export, step="export", inputs={}, settings={})


def _train_again(paths: BuildPaths, model: str) -> None:
    write_model(paths.export / f"{model}_fp16.onnx", model, "float16", seed=1)
    _finish(paths.export)


def test_engines_are_built_once_and_share_what_is_known_of_kernels(paths: BuildPaths) -> None:
    paper = Paper()
    done = build_engines(paths, RELEASE, L4, Settings(), workshop=paper.workshop())
    assert paper.built == [f"{model}.sm89.plan" for model in MODELS] == sorted(done.results["plans"], key=paper.built.index)
    assert paper.caches == [b"", b"+", b"++", b"+++", b"++++"]
    manifest.verify(paths.engines / "26.07")
    build_engines(paths, RELEASE, L4, Settings(threads=1), workshop=paper.workshop())
    assert len(paper.built) == len(MODELS)
    build_engines(paths, RELEASE, replace(L4, capability="9.0"), Settings(), workshop=paper.workshop())
    assert len(list((paths.engines / "26.07").glob("*.plan"))) == 2 * len(MODELS)


def test_engines_for_every_gpu_are_built_on_one(paths: BuildPaths) -> None:
    paper, settings = Paper(), Settings(hardware_compatible=True)
    build_engines(paths, RELEASE, L4, settings, workshop=paper.workshop())
    build_engines(paths, RELEASE, replace(L4, capability="9.0"), settings, workshop=paper.workshop())
    assert paper.built == [f"{model}.plan" for model in MODELS]


def test_an_interrupted_build_goes_on_where_it_stopped(paths: BuildPaths) -> None:
    paper, whole = Paper(), Paper().workshop()

    def stop_at_the_third(engine: EnginePlan, settings: Settings, timing_cache: bytes) -> Built:
        if len(paper.built) == 2:
            raise KeyboardInterrupt
        return paper.workshop().build(engine, settings, timing_cache)

    with pytest.raises(KeyboardInterrupt):
        build_engines(paths, RELEASE, L4, Settings(), workshop=replace(whole, build=stop_at_the_third))
    assert not (paths.engines / "26.07" / manifest.FILENAME).exists()
    rest = Paper()
    build_engines(paths, RELEASE, L4, Settings(), workshop=rest.workshop())
    assert rest.built == [f"{model}.sm89.plan" for model in MODELS[2:]]


def test_a_float32_engine_is_not_kept(paths: BuildPaths) -> None:
    with pytest.raises(StepError, match="planned was fp16, and it is fp32 by its weights"):
        build_engines(paths, RELEASE, L4, Settings(), workshop=Paper(weights="float32").workshop())
    assert not list(paths.engines.rglob("*.plan"))


@pytest.mark.parametrize("takes_new_weights", [True, False])
def test_a_model_that_was_trained_again_gives_its_weights_to_a_refittable_engine(
    paths: BuildPaths, takes_new_weights: bool
) -> None:
    paper, settings = Paper(takes_new_weights=takes_new_weights), Settings(refit=True)
    build_engines(paths, RELEASE, L4, settings, workshop=paper.workshop())
    _train_again(paths, "fusion")
    build_engines(paths, RELEASE, L4, settings, workshop=paper.workshop())
    assert paper.refitted == (["fusion"] if takes_new_weights else [])
    assert paper.built.count("fusion.sm89.plan") == (1 if takes_new_weights else 2)
    record = EngineFolder(paths.engines / "26.07", "26.07").records["fusion.sm89.plan"]
    assert record.refitted == takes_new_weights
    assert record.onnx_sha256 == manifest.sha256(paths.export / "fusion_fp16.onnx")


def test_engines_of_other_gpus_and_older_models_are_removed_and_named(
    paths: BuildPaths, caplog: pytest.LogCaptureFixture
) -> None:
    build_engines(paths, RELEASE, replace(L4, capability="9.0"), Settings(), workshop=Paper().workshop())
    _train_again(paths, "fusion")
    done = build_engines(paths, RELEASE, L4, Settings(), workshop=Paper().workshop())
    assert "fusion.sm90.plan" not in done.results["plans"]
    assert "text_encoder.sm90.plan" in done.results["plans"]
    assert "removed, because they came from other models" in caplog.text
    assert "fusion.sm90.plan" in caplog.text


def test_another_gpu_a_missing_model_and_an_unfinished_export_are_refused(paths: BuildPaths) -> None:
    def attempt(capabilities: tuple[str, ...] = ()) -> Callable[[], manifest.Manifest]:
        return lambda: build_engines(paths, RELEASE, L4, Settings(), capabilities=capabilities, workshop=Paper().workshop())

    with pytest.raises(InputError, match=r"compute-capability: '9.0' is not allowed; allowed here: 8.9"):
        attempt(("9.0",))()
    (paths.export / manifest.FILENAME).unlink()
    with pytest.raises(StepError, match="not finished; run `assortment export"):
        attempt()()
    (paths.export / "fusion_fp16.onnx").unlink()
    with pytest.raises(StepError, match=r"nothing was built: fusion: fusion_fp16.onnx is missing"):
        attempt()()


def test_folders_of_two_machines_are_joined(paths: BuildPaths, tmp_path: Path) -> None:
    build_engines(paths, RELEASE, replace(L4, capability="9.0"), Settings(), workshop=Paper().workshop())
    (paths.engines / "26.07").rename(tmp_path / "h100")
    build_engines(paths, RELEASE, L4, Settings(), workshop=Paper().workshop())
    done = merge(paths, RELEASE, [tmp_path / "h100"])
    assert len(done.results["plans"]) == 2 * len(MODELS)
    manifest.verify(paths.engines / "26.07")
    with pytest.raises(StepError, match=r"holds no engines of release 26.07"):
        merge(paths, RELEASE, [tmp_path])
