"""Configurations that Triton would refuse, or that are not of the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.repository_check.conftest import Damage, edit, remove, replace

pytestmark = pytest.mark.slow

DAMAGES = [
    Damage(
        rule="configs_parse",
        do=edit("scorer/config.pbtxt", "max_batch_size", "max_batch"),
        file="scorer/config.pbtxt",
        says="max_batch",
    ),
    Damage(rule="configs_parse", do=replace("scorer/config.pbtxt", b"\xff"), file="scorer/config.pbtxt", says="decode"),
    Damage(rule="models_are_those_of_the_contract", do=remove("rerank"), file="rerank", says="missing"),
    Damage(
        rule="models_are_those_of_the_contract",
        do=replace("other/config.pbtxt", 'name: "other"'),
        file="other",
        says="no model of the contract",
    ),
    Damage(
        rule="models_are_those_of_the_contract",
        do=edit("scorer/config.pbtxt", '"scorer"', '"score"'),
        file="scorer/config.pbtxt",
        says="'score'",
    ),
    Damage(
        rule="backends_are_known",
        do=edit("scorer/configs/cpu.pbtxt", '"python"', '"onnxruntime"'),
        file="scorer/configs/cpu.pbtxt",
        says="nodes of the variant cpu",
        variant="cpu",
        release="24.10",
    ),
    Damage(
        rule="instances_run_on_what_the_node_has",
        do=edit("fusion/configs/cpu.pbtxt", "KIND_CPU", "KIND_GPU"),
        file="fusion/configs/cpu.pbtxt",
        says="KIND_GPU",
        variant="cpu",
        release="24.10",
    ),
    Damage(
        rule="tensors_are_those_of_the_contract",
        do=edit("fusion/config.pbtxt", "dims: [ 256 ]", "dims: [ 128 ]"),
        file="fusion/config.pbtxt",
        says="[128], the contract says FP32 [256]",
    ),
    Damage(
        rule="tensors_are_those_of_the_contract",
        do=edit("fusion/config.pbtxt", "TYPE_FP32", "TYPE_FP16"),
        file="fusion/config.pbtxt",
        says="FP16",
    ),
    Damage(
        rule="tensors_are_those_of_the_contract",
        do=edit("fusion/config.pbtxt", '"PRESENCE"', '"PRESENT"'),
        file="fusion/config.pbtxt",
        says="PRESENCE is missing",
    ),
    Damage(
        rule="tensors_are_those_of_the_contract",
        do=edit("prepare/config.pbtxt", "dims: [ 1 ] }", "dims: [ 1 ] optional: true }"),
        file="prepare/config.pbtxt",
        says="QUERY is optional",
    ),
    Damage(
        rule="batches_are_as_large_as_the_contracts",
        do=edit("scorer/config.pbtxt", "max_batch_size: 16", "max_batch_size: 8"),
        file="scorer/config.pbtxt",
        says="8",
    ),
    Damage(
        rule="texts_have_the_length_their_encoder_takes",
        do=edit("prepare/config.pbtxt", '"32"', '"16"'),
        file="prepare/config.pbtxt",
        says="'16'",
        variant="ort_tensorrt",
    ),
    Damage(
        rule="texts_have_the_length_their_encoder_takes",
        do=edit(
            "prepare/configs/cpu.pbtxt",
            "dynamic_batching",
            'parameters { key: "pad_tokens_to" value { string_value: "32" } }\ndynamic_batching',
        ),
        file="prepare/configs/cpu.pbtxt",
        says="any length",
        variant="cpu",
    ),
]


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_the_rule_that_is_there_for_it_says_so(damage: Damage, copy: Path) -> None:
    damage.check(copy)
