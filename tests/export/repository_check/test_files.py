"""Files: gone, changed, left over, cut short."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.repository_check.conftest import Damage, remove, replace

pytestmark = pytest.mark.slow
MODEL = "text_encoder/1/model.onnx"

DAMAGES = [
    Damage(
        rule="files_match_the_manifest",
        do=remove("prepare_product/1/labels.json"),
        file="prepare_product/1/labels.json",
        says="missing",
    ),
    Damage(rule="files_match_the_manifest", do=replace("fusion/1/model.py", "pass"), file="fusion/1/model.py", says="SHA-256"),
    Damage(rule="files_match_the_manifest", do=replace("scorer/note.txt", "x"), file="scorer/note.txt", says="does not list"),
    Damage(rule="files_match_the_manifest", do=remove("manifest.json"), file="manifest.json", says="never finished"),
    Damage(rule="every_model_has_a_version", do=remove("search/1"), file="search", says="no version folder"),
    Damage(rule="every_model_has_a_version", do=remove("search/1/README"), file="search/1", says="no file"),
    Damage(rule="model_files_are_there", do=remove("prepare/1/model.py"), file="prepare/1/model.py", says="missing"),
    Damage(rule="model_files_are_there", do=remove(MODEL), file=MODEL, says="onnxruntime"),
    Damage(
        rule="model_files_are_there",
        do=remove("fusion/1/sm89.plan"),
        file="fusion/1/sm89.plan",
        says="tensorrt",
        variant="tensorrt",
    ),
    Damage(
        rule="warm_up_files_are_whole", do=remove("text_encoder/warmup/mask"), file="text_encoder/warmup/mask", says="missing"
    ),
    Damage(
        rule="warm_up_files_are_whole",
        do=replace("text_encoder/warmup/mask", b"1"),
        file="text_encoder/warmup/mask",
        says="1 bytes",
    ),
]


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_the_rule_that_is_there_for_it_says_so(damage: Damage, copy: Path) -> None:
    damage.check(copy)
