"""ONNX files of another model, cut short, or of another size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.repository_check.conftest import Damage, edit, remove, replace, swap

pytestmark = pytest.mark.slow
MODEL = "text_encoder/1/model.onnx"

DAMAGES = [
    Damage(
        rule="onnx_tensors_agree",
        do=swap(MODEL, "fusion/1/model.onnx"),
        file=MODEL,
        says="TOKEN_IDS is in the configuration only",
    ),
    Damage(rule="onnx_tensors_agree", do=replace(MODEL, b"no model"), file=MODEL, says="no ONNX model"),
    Damage(
        rule="onnx_tensors_agree",
        do=swap("product_text_encoder/1/model.onnx", MODEL),
        file="product_text_encoder/1/model.onnx",
        says="NAMED is in the model only",
    ),
    Damage(
        rule="external_data_is_beside_its_model",
        do=remove("scorer/1/product_vectors.bin"),
        file="scorer/1/product_vectors.bin",
        says="missing",
    ),
    Damage(
        rule="external_data_is_beside_its_model",
        do=replace("scorer/1/label_vectors.bin", b"short"),
        file="scorer/1/label_vectors.bin",
        says="5 bytes",
    ),
    Damage(
        rule="onnx_models_run_at_the_configured_shapes",
        do=edit(
            "fusion/configs/ort_tensorrt.pbtxt",
            '{ name: "INTENT" data_type: TYPE_FP32 dims: [ ',
            '{ name: "INTENT" data_type: TYPE_FP32 dims: [ 1',
        ),
        file="fusion/configs/ort_tensorrt.pbtxt",
        says="INTENT is [1",
        variant="ort_tensorrt",
    ),
    Damage(
        rule="onnx_models_run_at_the_configured_shapes",
        do=edit(
            "fusion/configs/tensorrt.pbtxt",
            '{ name: "NAMED" data_type: TYPE_FP32 dims: [ ',
            '{ name: "NAMED" data_type: TYPE_FP32 dims: [ 1',
        ),
        file="fusion/1/model.onnx",
        says="does not run",
        variant="tensorrt",
    ),
]


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_the_rule_that_is_there_for_it_says_so(damage: Damage, copy: Path) -> None:
    damage.check(copy)
