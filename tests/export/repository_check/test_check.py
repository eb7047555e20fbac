"""A whole repository passes, every rule is tried on a damage of its own, and the command tells what was found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assortment import cli
from assortment.errors import InputError, StepError
from export.repository_check.check import RULES, check
from export.repository_check.finding import Severity
from export.repository_check.repository import VARIANTS
from tests.export.repository_check import (
    test_configs,
    test_engines,
    test_files,
    test_graphs,
    test_profiles,
    test_traps,
    test_wiring,
)
from tests.export.repository_check.conftest import edit, swap

pytestmark = pytest.mark.slow
MODULES = (test_files, test_configs, test_wiring, test_graphs, test_profiles, test_engines, test_traps)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_whole_repository_passes(whole: Path, variant: str) -> None:
    checked = check(whole, variant)
    assert checked.findings == []
    assert checked.num_models == 15


def test_every_rule_has_a_damage() -> None:
    assert {rule.__name__ for rule in RULES} == {damage.rule for module in MODULES for damage in module.DAMAGES}


def test_what_a_newer_release_mended_is_allowed_there(copy: Path) -> None:
    edit("image_encoder/config.pbtxt", "timeout_action", "max_queue_size: 8 timeout_action")(copy)
    rules = [rule for rule, _ in check(copy, "default", "26.03").findings]
    assert rules == ["files_match_the_manifest"]


def test_float16_models_are_served_where_they_were_exported(copy: Path) -> None:
    swap("fusion/1/model_fp16.onnx", "fusion/1/model.onnx")(copy)
    edit("fusion/configs/ort_tensorrt.pbtxt", '"model.onnx"', '"model_fp16.onnx"')(copy)
    (found,) = [
        finding for rule, finding in check(copy, "ort_tensorrt", "26.05").findings if rule == "precision_is_the_models_own"
    ]
    assert found.severity is Severity.WARNING
    assert "precision_mode" in found.remedy


def test_the_command_tells_all_findings_and_fails(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit("scorer/config.pbtxt", "count: 2", "count: 1")(copy)
    assert cli.main(["repository", "check", str(copy), "--variant", "default", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [finding["rule"] for finding in told["variants"][0]["findings"]] == [
        "files_match_the_manifest", "no_queue_policy_with_one_instance",
    ]  # fmt: skip
    assert cli.main(["repository", "check", str(copy), "--variant", "default"]) == 1
    assert "error no_queue_policy_with_one_instance: scorer/config.pbtxt" in capsys.readouterr().out


def test_the_command_says_what_it_did_not_check(small_repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["repository", "check", str(small_repository)]) == 0
    printed = capsys.readouterr().out
    assert "ort_tensorrt: ok (15 models, release 26.07" in printed
    assert "tensorrt: not checked, the repository holds no plans" in printed


def test_wrong_words_are_refused(whole: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"variant: 'gpu'.*allowed: default, cpu, ort_tensorrt, tensorrt"):
        check(whole, "gpu")
    with pytest.raises(InputError, match=r"release: '19.01'"):
        check(whole, "cpu", "19.01")
    with pytest.raises(StepError, match="holds no models"):
        check(tmp_path / "nothing", "cpu")
