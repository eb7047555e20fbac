"""Profiles that do not cover what requests bring."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.repository_check.conftest import Damage, edit, engine

pytestmark = pytest.mark.slow
ORT = "text_encoder/configs/ort_tensorrt.pbtxt"
PLAN = "text_encoder/configs/tensorrt.pbtxt"

DAMAGES = [
    Damage(
        rule="onnxruntime_profiles_cover_the_limits",
        do=edit(ORT, "trt_profile_opt_shapes", "trt_profile_shapes"),
        file=ORT,
        says="no trt_profile_opt_shapes",
        variant="ort_tensorrt",
    ),
    Damage(
        rule="onnxruntime_profiles_cover_the_limits",
        do=edit(ORT, "TOKEN_IDS:16x32", "TOKEN_IDS:8x32"),
        file=ORT,
        says="requests bring [16, 32]",
        variant="ort_tensorrt",
    ),
    Damage(
        rule="onnxruntime_profiles_cover_the_limits",
        do=edit(ORT, "TOKEN_IDS:1x32", "TOKEN_IDS:2x32"),
        file=ORT,
        says="requests bring [1, 32]",
        variant="ort_tensorrt",
    ),
    Damage(
        rule="onnxruntime_profiles_cover_the_limits",
        do=edit(ORT, "TOKEN_IDS:8x32", "TOKEN_IDS:32x32"),
        file=ORT,
        says="best at [32, 32], outside",
        variant="ort_tensorrt",
    ),
    Damage(
        rule="onnxruntime_profiles_cover_the_limits",
        do=edit(ORT, "TOKEN_IDS:1x32", "TOKENS:1x32"),
        file=ORT,
        says="does not name the input TOKEN_IDS",
        variant="ort_tensorrt",
    ),
    Damage(
        rule="onnxruntime_profiles_cover_the_limits",
        do=edit(ORT, "TYPE_INT64 dims: [ 32 ]", "TYPE_INT64 dims: [ -1 ]"),
        file=ORT,
        says="open where a profile needs a number",
        variant="ort_tensorrt",
    ),
    Damage(
        rule="plan_profiles_cover_the_limits",
        do=engine('"max": [16, 32]', '"max": [4, 32]'),
        file="text_encoder/1/sm89.plan",
        says="requests bring [16, 32]",
        variant="tensorrt",
    ),
    Damage(
        rule="plan_profiles_cover_the_limits",
        do=engine('"min": [1, 32], "opt": [8, 32]', '"min": [1, 8], "opt": [8, 16]'),
        file="text_encoder/1/sm89.plan",
        says="CUDA graphs are captured at the best",
        variant="tensorrt",
    ),
    Damage(
        rule="plan_profiles_cover_the_limits",
        do=edit(PLAN, 'profile: [ "0" ]', 'profile: [ "1" ]'),
        file="text_encoder/1/sm89.plan",
        says="number 1",
        variant="tensorrt",
    ),
]


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_the_rule_that_is_there_for_it_says_so(damage: Damage, copy: Path) -> None:
    damage.check(copy)
