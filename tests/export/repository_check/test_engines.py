"""Plans of another release, another GPU, or other weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from export.repository_check.engines import engines_are_of_the_release
from export.repository_check.finding import Severity
from export.repository_check.repository import Repository
from export.tensorrt.releases import DEFAULT, release
from tests.export.repository_check.conftest import Damage, engine, remove

pytestmark = pytest.mark.slow

DAMAGES = [
    Damage(
        rule="engines_are_described",
        do=remove("engines.json"),
        file="fusion/1/sm89.plan",
        says="does not tell",
        variant="tensorrt",
    ),
    Damage(
        rule="engines_are_described",
        do=engine('"onnx_sha256"', '"sha256"'),
        file="engines.json",
        says="cannot be read",
        variant="tensorrt",
    ),
    Damage(
        rule="engines_are_of_the_release",
        do=engine('"tensorrt": "11.1.0.106"', '"tensorrt": "10.9.0.34"'),
        file="text_encoder/1/sm89.plan",
        says="TensorRT 10.9.0.34",
        variant="tensorrt",
    ),
    Damage(
        rule="engines_are_of_the_release",
        do=lambda _: None,
        file="fusion/1/sm89.plan",
        says="TensorRT 11.1.0.106, the release 26.06 has 11.0.0.114",
        variant="tensorrt",
        release="26.06",
    ),
    Damage(
        rule="engines_are_of_the_container",
        do=lambda _: None,
        file="engines.json",
        says="built in the container 26.07; of 26.08 it is only known",
        variant="tensorrt",
        release="26.08",
    ),
    Damage(
        rule="engines_came_from_these_models",
        do=engine('"onnx_sha256": "', '"onnx_sha256": "0'),
        file="text_encoder/1/sm89.plan",
        says="another ONNX file",
        variant="tensorrt",
    ),
    Damage(
        rule="engines_are_for_the_gpus_they_are_named_for",
        do=engine('"compute_capability": "8.9"', '"compute_capability": "8.6"'),
        file="text_encoder/1/sm89.plan",
        says="named for 8.9",
        variant="tensorrt",
    ),
    Damage(
        rule="engines_are_for_the_gpus_they_are_named_for",
        do=engine('"compute_capability": "8.9"', '"compute_capability": "7.0"'),
        file="text_encoder/1/sm89.plan",
        says="needs 7.5",
        variant="tensorrt",
    ),
]


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_the_rule_that_is_there_for_it_says_so(damage: Damage, copy: Path) -> None:
    damage.check(copy)


def test_plans_that_were_built_for_newer_versions_too_only_need_a_flag(copy: Path) -> None:
    engine('"tensorrt": "11.1.0.106"', '"settings": {"version_compatible": true}, "tensorrt": "11.0.0.114"')(copy)
    (found,) = engines_are_of_the_release(Repository.open(copy, "tensorrt", release(DEFAULT)))
    assert found.severity is Severity.WARNING
    assert "version-compatible=true" in found.remedy
