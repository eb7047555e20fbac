"""What would be built, from a folder of real ONNX files with the tensors of the contract."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assortment import artefacts
from assortment.contract import MAX_BATCH_SIZE, STEPS
from assortment.errors import InputError, StepError
from export.tensorrt.plan import plan
from export.tensorrt.profiles import Range
from export.tensorrt.releases import RELEASES, oldest_tensorrt, release
from export.tensorrt.settings import OLDEST, Settings, flags, version_of
from export.tensorrt.sources import MODELS, filename
from tests.export.tensorrt.exported import NUM_FACETS, write_model

CONFIGS = Path(__file__).parents[3] / "model_repository"


def test_every_model_gets_one_engine_for_each_kind_of_gpu(exported: Path) -> None:
    planned = plan(exported, release("26.07"), ["8.9", "9.0"], Settings())
    assert not planned.problems
    assert [engine.filename for engine in planned.engines] == [f"{model}.sm{cc}.plan" for model in MODELS for cc in ("89", "90")]
    assert {engine.source.path.name for engine in planned.engines} == {filename(model, "fp16") for model in MODELS}


def test_a_hardware_compatible_engine_names_no_gpu(exported: Path) -> None:
    planned = plan(exported, release("26.07"), ["8.9"], Settings(hardware_compatible=True))
    assert planned.engines[0].filename == "text_encoder.plan"
    assert planned.engines[0].flags.hardware == "AMPERE_PLUS"


def test_an_engine_that_several_gpus_share_is_one_file(exported: Path) -> None:
    shared = plan(exported, release("26.07"), ["8.9", "9.0"], Settings(hardware_compatible=True))
    assert [engine.filename for engine in shared.files] == [f"{model}.plan" for model in MODELS]
    assert {engine.capability for engine in shared.files} == {"8.9"}
    apart = plan(exported, release("26.07"), ["8.9", "9.0"], Settings())
    assert apart.files == apart.engines


def test_profiles_cover_every_batch_at_the_length_that_texts_are_padded_to(exported: Path) -> None:
    engines = {engine.model: engine for engine in plan(exported, release("26.07"), ["8.9"], Settings()).engines}
    for model, step in (("text_encoder", "prepare"), ("product_text_encoder", "prepare_product")):
        padded = _padded_to(CONFIGS / step / "config.pbtxt")
        (profile,) = engines[model].profiles
        assert profile["TOKEN_IDS"] == profile["MASK"] == Range((1, padded), (8, padded), (MAX_BATCH_SIZE, padded))
    (profile,) = engines["fusion"].profiles
    assert profile["NAMED"].max == (MAX_BATCH_SIZE, NUM_FACETS)
    for model, engine in engines.items():
        for profile in engine.profiles:
            assert set(profile) == {tensor.name for tensor in STEPS[model].inputs}
            assert all(size > 0 for at in profile.values() for shape in (at.min, at.opt, at.max) for size in shape)


def test_flags_follow_the_major_version_and_never_ask_for_a_precision() -> None:
    asked = Settings(version_compatible=True, refit=True)
    assert flags(10, asked, "fp16").network == ("STRONGLY_TYPED",)
    assert flags(11, asked, "fp16").network == ()
    for major in (10, 11):
        assert flags(major, asked, "fp16").set == ("VERSION_COMPATIBLE", "REFIT")
        assert flags(major, Settings(), "fp32").cleared == ("TF32",)
        assert flags(major, Settings(), "fp16").cleared == ()
    with pytest.raises(InputError, match="tensorrt: 12 is not allowed; allowed: 10 and 11"):
        flags(12, Settings(), "fp16")


def test_a_file_that_is_called_float16_and_holds_float32_is_refused(exported: Path) -> None:
    write_model(exported / "fusion_fp16.onnx", "fusion", "float32")
    (problem,) = plan(exported, release("26.07"), ["8.9"], Settings()).problems
    assert problem.startswith("fusion: fusion_fp16.onnx holds 256 bytes of FLOAT: not float16")


def test_a_file_of_another_model_is_refused(exported: Path) -> None:
    (exported / "fusion_fp16.onnx").write_bytes((exported / "image_encoder_fp16.onnx").read_bytes())
    (problem,) = plan(exported, release("26.07"), ["8.9"], Settings()).problems
    assert problem.startswith("fusion: it is not of this model: ")
    assert "PIXELS" in problem


def test_a_damaged_file_and_a_missing_one_are_told_together(exported: Path) -> None:
    (exported / "fusion_fp16.onnx").write_bytes(b"\x08\xff" * 40)
    (exported / "image_encoder_fp16.onnx").unlink()
    problems = plan(exported, release("26.07"), ["8.9", "9.0"], Settings()).problems
    assert len(problems) == 2
    assert problems[0].startswith("image_encoder: image_encoder_fp16.onnx is missing: run `assortment export --float16`")
    assert problems[1].startswith("fusion: it cannot be read as ONNX: ")


def test_eight_bits_need_fixed_scales_and_fall_back_on_float16_elsewhere(exported: Path) -> None:
    with pytest.raises(StepError, match="holds no model in static 8 bits"):
        plan(exported, release("26.07"), ["8.9"], Settings(precision="int8"))
    write_model(exported / "image_encoder_qdq.onnx", "image_encoder", "qdq")
    planned = plan(exported, release("26.07"), ["8.9"], Settings(precision="int8"))
    assert not planned.problems
    assert {engine.model: engine.source.precision for engine in planned.engines} == {
        model: "int8" if model == "image_encoder" else "fp16" for model in MODELS
    }
    write_model(exported / "image_encoder_qdq.onnx", "image_encoder", "dynamic")
    (problem,) = plan(exported, release("26.07"), ["8.9"], Settings(precision="int8")).problems
    assert "quantised dynamically (DynamicQuantizeLinear)" in problem


@pytest.mark.parametrize("wrong", ["89", "8", "sm89", "8.x", "-1.0", ""])
def test_a_compute_capability_has_a_major_and_a_minor_number(exported: Path, wrong: str) -> None:
    with pytest.raises(InputError, match="compute-capability"):
        plan(exported, release("26.07"), [wrong], Settings())


def test_gpus_that_tensorrt_does_not_know_are_refused(exported: Path) -> None:
    with pytest.raises(InputError, match=r"allowed: 7.5 and above"):
        plan(exported, release("26.07"), ["7.0"], Settings())
    with pytest.raises(InputError, match=r"allowed: 8.0 and above \(with hardware compatibility\)"):
        plan(exported, release("26.07"), ["7.5"], Settings(hardware_compatible=True))


def test_wrong_settings_name_field_value_and_what_is_allowed() -> None:
    for field, value in (("best_batch", 17), ("best_batch", 0), ("workspace_mib", 0), ("optimization_level", 6), ("threads", 0)):
        with pytest.raises(InputError, match=f"{field.replace('_', '-')}: {value} is not allowed; allowed: "):
            Settings(**{field: value})  # type: ignore[arg-type]


def test_without_exported_models_the_command_that_makes_them_is_named(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="run `assortment export` first"):
        plan(tmp_path, release("26.07"), ["8.9"], Settings())


def test_a_release_whose_tensorrt_is_too_old_is_refused(exported: Path) -> None:
    with pytest.raises(InputError, match=r"release: '24.10' .*it has TensorRT 10\.5; allowed: releases with 10\.12 and above"):
        plan(exported, release("24.10"), ["8.9"], Settings())


def test_where_only_the_major_version_is_known_the_releases_before_tell_what_it_is_at_least(exported: Path) -> None:
    unknown = [known for known in RELEASES if "." not in known.tensorrt]
    assert unknown
    for known in unknown:
        assert version_of(oldest_tensorrt(known)) >= OLDEST
        assert plan(exported, known, ["8.9"], Settings()).engines
    first = replace(release("24.10"), container="24.05", tensorrt="10")
    with pytest.raises(InputError, match="of its TensorRT only the major version, 10, is known; allowed: releases with"):
        plan(exported, first, ["8.9"], Settings())


def test_releases_are_in_order_and_tell_where_they_come_from() -> None:
    assert [known.container for known in RELEASES] == sorted({known.container for known in RELEASES})
    assert [known.major for known in RELEASES] == sorted(known.major for known in RELEASES)
    assert all(known.source for known in RELEASES)
    with pytest.raises(InputError, match=r"release: '23.01' is not allowed; allowed: 24.10, "):
        release("23.01")


def _padded_to(config: Path) -> int:
    after = config.read_text(encoding="utf-8").partition('"pad_tokens_to"')[2]
    return int(after.split('string_value: "')[1].split('"')[0])


def test_the_number_of_facets_is_that_of_the_exported_models(exported: Path) -> None:
    (exported / artefacts.FACETS).write_text(json.dumps(["one", "two", "three"]))
    engines = {engine.model: engine for engine in plan(exported, release("26.07"), ["8.9"], Settings()).engines}
    assert engines["fusion"].profiles[0]["NAMED"].min == (1, 3)
