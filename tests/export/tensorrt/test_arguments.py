"""The command line, without TensorRT and without a GPU: the whole plan, or what is needed."""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assortment.cli import main
from assortment.errors import StepError
from export import command
from export.tensorrt import container, gpu, runtime
from export.tensorrt.releases import release
from export.tensorrt.sources import MODELS

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(exported: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs ``assortment export`` on a catalogue that has been exported; returns exit code, output and errors."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["export", "--build", str(exported.parent.parent), "--catalogue", exported.parent.name, *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_dry_run_prints_the_whole_plan_and_the_command(call: Call) -> None:
    words = ("--precision", "fp32", "--compute-capability", "8.9", "9.0", "--refit", "--version-compatible", "--best-batch", "4")
    code, out, _ = call("--tensorrt", "--dry-run", "--release", "26.05", *words)
    assert code == 0
    assert "Release 26.05: Triton 2.69.0, CUDA 13.2.1, TensorRT 10.16.1.11" in out
    for model in MODELS:
        assert f"{model}.sm89.plan" in out
        assert f"{model}.sm90.plan" in out
    for told in ("STRONGLY_TYPED", "VERSION_COMPATIBLE", "REFIT", "no TF32", "4x32", "16x3x96x96", "version-compatible=true"):
        assert told in out
    words_of_command = printed(out)
    assert "nvcr.io/nvidia/tensorrt:26.05-py3" in words_of_command
    for told in ("--release 26.05", "--precision fp32", "--best-batch 4", "--refit", "--version-compatible"):
        assert told in words_of_command[-1]


def test_a_dry_run_lists_an_engine_that_several_gpus_share_once(call: Call) -> None:
    words = ("--tensorrt", "--dry-run", "--compute-capability", "8.9", "9.0", "--hardware-compatible")
    _, out, _ = call(*words)
    assert [out.count(f" {model}.plan ") for model in MODELS] == [1] * len(MODELS)
    assert "To build them, on one such GPU:" in out
    _, out, _ = call(*words, "--json")
    assert [engine["filename"] for engine in json.loads(out)["engines"]] == [f"{model}.plan" for model in MODELS]


def test_a_dry_run_of_a_release_that_cannot_build_is_refused(call: Call) -> None:
    code, out, err = call("--tensorrt", "--dry-run", "--release", "24.10")
    assert (code, out) == (1, "")
    assert "release: '24.10' is not allowed; it has TensorRT 10.5" in err


def test_a_dry_run_as_json(call: Call) -> None:
    code, out, _ = call("--tensorrt", "--dry-run", "--json", "--compute-capability", "8.9")
    planned = json.loads(out)
    assert code == 0
    assert [engine["filename"] for engine in planned["engines"]] == [f"{model}.sm89.plan" for model in MODELS]
    assert planned["engines"][0]["profiles"] == [
        {name: {"min": [1, 32], "opt": [8, 32], "max": [16, 32]} for name in ("TOKEN_IDS", "MASK")}
    ]


@pytest.mark.skipif(Path("/proc/driver/nvidia").exists(), reason="has a GPU")
def test_without_a_gpu_the_call_fails_and_says_what_is_needed(call: Call) -> None:
    code, _, err = call("--tensorrt", "--hardware-compatible")
    assert code == 1
    assert "error: TensorRT is not installed here" in err
    assert "nvcr.io/nvidia/tensorrt:26.07-py3" in err
    assert "--hardware-compatible" in err
    assert "--dry-run" in err
    with pytest.raises(StepError, match=r"no NVIDIA driver: libcuda.so.1 is not there"):
        gpu.compute_capability()
    with pytest.raises(StepError, match="TensorRT is not installed here"):
        runtime.version()


_EXPORT = "`assortment export`"
_BORROW = "`assortment export --models-of`"
_BUILD = "`assortment export --tensorrt`"
_DRY_RUN = "`assortment export --tensorrt --dry-run`"
_MERGE = "`assortment export --tensorrt --merge`"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--dry-run"], [("--dry-run: True", _EXPORT, _DRY_RUN)]),
        (["--merge", "a"], [("--merge: [PosixPath('a')]", _EXPORT, _MERGE)]),
        (["--compute-capability", "8.9"], [("--compute-capability: ['8.9']", _EXPORT, f"{_BUILD}, {_DRY_RUN}")]),
        (
            ["--precision", "int8", "--refit", "--version-compatible", "--json", "--best-batch", "4"],
            [
                ("--json: True", _EXPORT, _DRY_RUN),
                ("--precision: 'int8'", _EXPORT, f"{_BUILD}, {_DRY_RUN}"),
                ("--best-batch: 4", _EXPORT, f"{_BUILD}, {_DRY_RUN}"),
                ("--version-compatible: True", _EXPORT, f"{_BUILD}, {_DRY_RUN}"),
                ("--refit: True", _EXPORT, f"{_BUILD}, {_DRY_RUN}"),
            ],
        ),
        (
            ["--models-of", "x", "--float16", "--recipe", "int8-smooth", "--max-int8-loss", "0.1", "--threads", "3"],
            [
                ("--max-int8-loss: 0.1", _BORROW, _EXPORT),
                ("--recipe: 'int8-smooth'", _BORROW, _EXPORT),
                ("--float16: True", _BORROW, _EXPORT),
                ("--threads: 3", _BORROW, f"{_EXPORT}, {_BUILD}, {_DRY_RUN}"),
            ],
        ),
        (
            ["--tensorrt", "--models-of", "x", "--static-int8"],
            [("--models-of: 'x'", _BUILD, _BORROW), ("--static-int8: True", _BUILD, _EXPORT)],
        ),
        (["--tensorrt", "--json"], [("--json: True", _BUILD, _DRY_RUN)]),
        (
            ["--tensorrt", "--dry-run", "--merge", "a", "--workspace-mib", "9"],
            [("--dry-run: True", _MERGE, _DRY_RUN), ("--workspace-mib: 9", _MERGE, f"{_BUILD}, {_DRY_RUN}")],
        ),
    ],
)
def test_options_that_would_be_passed_over_are_refused(words: list[str], told: list[tuple[str, str, str]], call: Call) -> None:
    code, _, err = call(*words)
    assert code == 1
    lines = [f"{given} is not allowed; {mode} does not read it; allowed with: {modes}" for given, mode, modes in told]
    assert err.removeprefix("error: ").splitlines() == lines


def test_every_option_belongs_to_a_mode() -> None:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    read = set().union(*command.OPTIONS.values()) | command.OF_EVERY_MODE
    assert set(vars(parser.parse_args([]))) == read


def test_the_command_builds_the_same_shop(call: Call, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("--tensorrt", "--dry-run", "--threads", "7")
    outside = printed(call(*words)[1])
    build = exported.parent.parent.resolve()
    assert outside[outside.index("--workdir") - 1] == f"{build}:/build"
    assert outside[outside.index("--workdir") - 2] == "--volume"
    assert "--threads 7" in outside[-1]
    assert outside[-1].endswith("--build /build")

    monkeypatch.chdir(build.parent)
    inside = printed(call(*words)[1])
    assert inside.count("--volume") == 1
    assert inside[-1].endswith(f"--build {build.name}")


def printed(out: str) -> list[str]:
    """The words of the command that a dry run prints."""
    return shlex.split(out[out.index("docker run") :].replace("\\\n", ""))


def test_an_unknown_release_is_refused(call: Call) -> None:
    code, _, err = call("--tensorrt", "--dry-run", "--release", "25.99")
    assert code == 1
    assert "release: '25.99' is not allowed; allowed: 24.10" in err


@pytest.mark.parametrize(
    ("inside", "tensorrt", "served", "wrong"),
    [
        ("26.07", "11.1.0.106", "26.07", ""),
        ("", "11.1.0.106", "26.07", ""),
        ("26.07", "11.1.0.106", "26.06", "this is the container 26.07"),
        ("10.3.0", "11.1.0.106", "26.07", ""),
        ("", "11.2.1.2", "26.07", "TensorRT here is 11.2.1.2, and release 26.07 has 11.1.0.106"),
        ("", "10.16.1.11", "26.08", "has 11: an engine runs on the version that built it"),
        ("26.08", "11.3.0.99", "26.08", ""),
        ("25.12", "10.14.1.50", "25.12", ""),
        ("", "10.14.1.50", "25.12", "has 10.14.1.48"),
    ],
)
def test_engines_are_built_with_the_tensorrt_that_serves_them(
    inside: str, tensorrt: str, served: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NVIDIA_TENSORRT_VERSION", inside)
    if not wrong:
        container.check(tensorrt, release(served))
        return
    with pytest.raises(StepError, match=wrong):
        container.check(tensorrt, release(served))


def test_help_does_not_load_onnx_or_torch() -> None:
    words = (sys.executable, "-X", "importtime", "-m", "assortment.cli", "export", "--help")
    told = subprocess.run(words, capture_output=True, text=True, check=True).stderr
    assert not [line for line in told.splitlines() if line.split("|")[-1].strip() in {"torch", "onnx", "onnxruntime"}]
