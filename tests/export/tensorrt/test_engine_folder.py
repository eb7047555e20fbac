"""Folders of engines: filled from several machines, kept true to the exported models. The plans' bytes do not matter here."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from assortment import manifest
from assortment.errors import ManifestError, StepError
from export.tensorrt import sources
from export.tensorrt.engine_folder import ENGINES, EngineFolder, Record, told
from export.tensorrt.plan import EnginePlan, plan
from export.tensorrt.releases import release
from export.tensorrt.settings import Settings
from export.tensorrt.step import recorded
from tests.export.tensorrt.exported import write_model

TENSORRT = "11.1.0.106"
SETTINGS = recorded(Settings())


@pytest.fixture
def export(exported: Path) -> Path:
    """A finished export folder."""
    manifest.write(exported, step="export", inputs={}, settings={})
    return exported


def engines(export: Path, capability: str) -> list[EnginePlan]:
    return list(plan(export, release("26.07"), [capability], Settings()).engines)


def fill(folder: EngineFolder, export: Path, capability: str, content: bytes = b"plan", tensorrt: str = TENSORRT) -> None:
    """As a machine with such a GPU would."""
    for engine in engines(export, capability):
        record = Record(
            model=engine.model,
            tensorrt=tensorrt,
            compute_capability=capability,
            precision=engine.source.precision,
            precision_seen_in="its weights",
            onnx=engine.source.path.name,
            onnx_sha256=engine.source.sha256,
            profiles=told(engine),
            settings=SETTINGS,
            layers={},
            weights={},
            tensors={},
            refittable=False,
            refitted=False,
            num_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            seconds=1.0,
        )
        folder.add(engine.filename, content, record, capability.encode())
    folder.finish(manifest.fingerprints({"export": export}))


def test_engines_of_two_machines_come_to_lie_side_by_side(export: Path, tmp_path: Path) -> None:
    here, there = EngineFolder(tmp_path / "here", "26.07"), EngineFolder(tmp_path / "there", "26.07")
    fill(here, export, "8.9")
    fill(there, export, "9.0")
    taken = here.merge(EngineFolder(there.path, "26.07"), sources.exported(export))
    here.finish(manifest.fingerprints({"export": export}))
    assert taken == sorted(f"{model}.sm90.plan" for model in sources.MODELS)
    assert {path.name for path in here.path.glob("*.cache")} == {"timing.sm89.cache", "timing.sm90.cache"}
    again = EngineFolder(here.path, "26.07")
    assert all(again.holds(engine, SETTINGS, TENSORRT) for cc in ("8.9", "9.0") for engine in engines(export, cc))
    assert manifest.verify(here.path).results["plans"] == sorted(again.records)
    assert again.merge(there, sources.exported(export)) == []


def test_engines_json_has_what_a_repository_check_reads(export: Path, tmp_path: Path) -> None:
    fill(EngineFolder(tmp_path / "here", "26.07"), export, "8.9")
    about = json.loads((tmp_path / "here" / ENGINES).read_text())
    assert about["release"] == "26.07"
    entry = about["plans"]["text_encoder.sm89.plan"]
    assert (entry["tensorrt"], entry["compute_capability"], entry["precision"]) == (TENSORRT, "8.9", "fp16")
    assert entry["onnx_sha256"] == manifest.sha256(export / "text_encoder_fp16.onnx")
    assert entry["profiles"] == [{name: {"min": [1, 32], "opt": [8, 32], "max": [16, 32]} for name in ("TOKEN_IDS", "MASK")}]


def test_what_is_there_is_not_built_again_unless_something_differs(export: Path, tmp_path: Path) -> None:
    folder = EngineFolder(tmp_path / "here", "26.07")
    (engine, *_) = engines(export, "8.9")
    assert not folder.holds(engine, SETTINGS, TENSORRT)
    fill(folder, export, "8.9")
    assert folder.holds(engine, SETTINGS, TENSORRT)
    assert folder.timing_cache("8.9") == b"8.9"
    assert not folder.holds(engine, SETTINGS, "11.1.0.107")
    assert not folder.holds(engine, {**SETTINGS, "workspace_mib": 1}, TENSORRT)
    (folder.path / engine.filename).write_bytes(b"damaged")
    assert not folder.holds(engine, SETTINGS, TENSORRT)
    assert folder.fits(engine, SETTINGS, TENSORRT)


def test_models_that_were_trained_again_make_their_engines_stale(export: Path, tmp_path: Path) -> None:
    folder = EngineFolder(tmp_path / "here", "26.07")
    fill(folder, export, "8.9")
    write_model(export / "fusion_fp16.onnx", "fusion", "float16", seed=1)
    fusion = next(engine for engine in engines(export, "8.9") if engine.model == "fusion")
    assert not folder.holds(fusion, SETTINGS, TENSORRT)
    assert folder.fits(fusion, SETTINGS, TENSORRT), "only its weights are old: it could be refitted"
    assert folder.drop_others_than(sources.exported(export)) == ["fusion.sm89.plan"]
    assert not (folder.path / "fusion.sm89.plan").exists()
    with pytest.raises(ManifestError, match="never finished"):
        manifest.read(folder.path)


def test_what_does_not_belong_together_is_not_merged(export: Path, tmp_path: Path) -> None:
    here = EngineFolder(tmp_path / "here", "26.07")
    fill(here, export, "8.9")
    current = sources.exported(export)
    other = EngineFolder(tmp_path / "other", "26.07")
    fill(other, export, "9.0", tensorrt="11.1.0.107")
    with pytest.raises(StepError, match="one release has one TensorRT"):
        here.merge(other, current)
    differs = EngineFolder(tmp_path / "differs", "26.07")
    fill(differs, export, "8.9", content=b"built again")
    with pytest.raises(StepError, match="differ; delete the one that is not wanted"):
        here.merge(differs, current)
    old = EngineFolder(tmp_path / "old", "26.07")
    fill(old, export, "9.0")
    write_model(export / "fusion_fp16.onnx", "fusion", "float16", seed=1)
    with pytest.raises(StepError, match=r"built from another fusion_fp16.onnx than the one exported here"):
        here.merge(old, sources.exported(export))
    (old.path / "fusion.sm90.plan").write_bytes(b"damaged")
    with pytest.raises(ManifestError, match=r"fusion.sm90.plan does not match"):
        here.merge(old, current)
    assert sorted(here.records) == sorted(f"{model}.sm89.plan" for model in sources.MODELS), "nothing was half taken"


def test_a_folder_of_another_release_or_with_a_damaged_record_is_refused(export: Path, tmp_path: Path) -> None:
    fill(EngineFolder(tmp_path / "here", "26.07"), export, "8.9")
    with pytest.raises(StepError, match=r"holds engines of release 26.07, not of 26.06"):
        EngineFolder(tmp_path / "here", "26.06")
    (tmp_path / "here" / ENGINES).write_text('{"release": "26.07", "plans": {"x.plan": {}}}')
    with pytest.raises(StepError, match=r"engines.json cannot be read"):
        EngineFolder(tmp_path / "here", "26.07")


def test_threads_do_not_decide_what_an_engine_is() -> None:
    assert recorded(Settings(threads=1)) == recorded(Settings(threads=8))
    assert set(asdict(Settings())) - set(SETTINGS) == {"threads"}
