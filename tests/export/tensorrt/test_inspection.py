"""An engine's own description, in the forms that TensorRT 10 and 11 give it, held against the plan."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assortment.errors import StepError
from export.tensorrt.inspection import Inspection, check, layers
from export.tensorrt.plan import EnginePlan, plan
from export.tensorrt.profiles import Range
from export.tensorrt.releases import release
from export.tensorrt.settings import Settings

MILLIONS = 4_000_000  # of weights: enough for the size to tell


@pytest.fixture
def planned(exported: Path) -> EnginePlan:
    """A float16 text encoder."""
    engine = plan(exported, release("26.07"), ["8.9"], Settings()).engines[0]
    assert engine.model == "text_encoder"
    return replace(engine, source=replace(engine.source, num_weights=MILLIONS))


@pytest.fixture
def found(planned: EnginePlan) -> Inspection:
    """What a faithful build of it says of itself."""
    return Inspection(
        tensorrt="11.1.0.106",
        num_bytes=2 * MILLIONS,
        inputs={"MASK": "INT64", "TOKEN_IDS": "INT64"},
        outputs={"NAMED": "FLOAT", "TEXT_VECTOR": "FLOAT"},
        profiles=planned.profiles,
        layers={"kgen": 3},
        weights={"float16": MILLIONS},
        tensors={"float16": 20, "float32": 2},
        refittable=False,
    )


def test_layers_are_counted_by_kind_weights_and_tensors() -> None:
    told = [
        {"LayerType": "gemm", "Weights": {"Type": "Half", "Count": 100}, "Outputs": [{"Format/Datatype": "Half"}]},
        {
            "LayerType": "CaskConvolution",
            "Outputs": [{"Format/Datatype": "Thirty-two wide channel vectorized Int8 format"}],
        },
        {"LayerType": "kgen", "Outputs": [{"Format/Datatype": "Row major linear FP32"}, {"Format/Datatype": "Int64"}]},
        {"LayerType": "kgen", "Outputs": [{"Format/Datatype": "N/A due to dynamic shapes"}]},
        {"LayerType": "kgen", "Outputs": [{"Format/Datatype": "BFloat16"}], "Weights": {}},
        "a name alone",
    ]
    kinds, weights, tensors = layers(json.dumps({"Layers": told, "Bindings": []}))
    assert kinds == {"gemm": 1, "CaskConvolution": 1, "kgen": 3, "untold": 1}
    assert weights == {"float16": 100}
    assert tensors == {"float16": 1, "int8": 1, "float32": 1, "bfloat16": 1}


@pytest.mark.parametrize("nonsense", ["", "{}", "[1]", '"Layers"'])
def test_a_description_that_is_none_is_an_error(nonsense: str) -> None:
    with pytest.raises(StepError, match="description of an engine cannot be read"):
        layers(nonsense)


def test_an_engine_as_planned_passes_by_the_first_witness_that_speaks(planned: EnginePlan, found: Inspection) -> None:
    assert check(found, planned) == "its weights"
    assert check(replace(found, weights={}), planned) == "its tensors"
    assert check(replace(found, weights={}, tensors={}), planned) == "its size"


def test_a_float32_engine_cannot_pass_for_a_float16_one_by_any_witness(planned: EnginePlan, found: Inspection) -> None:
    float32 = replace(found, num_bytes=4 * MILLIONS, weights={"float32": MILLIONS}, tensors={"float32": 20, "float16": 1})
    for engine in (float32, replace(float32, weights={}), replace(float32, weights={}, tensors={})):
        with pytest.raises(StepError, match=r"text_encoder.sm89.plan: planned was fp16, and it is fp32 by its"):
            check(engine, planned)


def test_an_engine_that_no_witness_speaks_for_does_not_pass(planned: EnginePlan, found: Inspection) -> None:
    small = replace(planned, source=replace(planned.source, num_weights=1000))
    with pytest.raises(StepError, match="it is unknown by no witness"):
        check(replace(found, weights={}, tensors={}), small)


def test_eight_bits_show_in_some_layers_and_float16_is_not_enough(planned: EnginePlan, found: Inspection) -> None:
    eight = replace(planned, source=replace(planned.source, precision="int8"))
    assert check(replace(found, weights={"int8": 10, "float16": 30}), eight) == "its weights"
    with pytest.raises(StepError, match="planned was int8, and it is fp16"):
        check(found, eight)


def test_profiles_and_tensors_are_those_of_the_plan(planned: EnginePlan, found: Inspection) -> None:
    shorter = {name: Range(at.min, at.opt, at.opt) for name, at in planned.profiles[0].items()}
    with pytest.raises(StepError, match="its profiles are"):
        check(replace(found, profiles=(shorter,)), planned)
    with pytest.raises(StepError, match="inputs are"):
        check(replace(found, inputs={"TOKEN_IDS": "INT32", "MASK": "INT32"}), planned)
    with pytest.raises(StepError, match="outputs are"):
        check(replace(found, outputs={"TEXT_VECTOR": "HALF", "NAMED": "HALF"}), planned)
