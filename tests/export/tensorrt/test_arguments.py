"""The command line, without TensorRT and without a GPU: the whole plan, or what is needed."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assortment.cli import main
from assortment.errors import StepError
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
    command = shlex.split(out[out.index("docker run") :].replace("\\\n", ""))
    assert "nvcr.io/nvidia/tensorrt:26.05-py3" in command
    for told in ("--release 26.05", "--precision fp32", "--best-batch 4", "--refit", "--version-compatible"):
        assert told in command[-1]


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


def test_arguments_that_would_be_passed_over_are_refused(call: Call) -> None:
    for words in (("--dry-run",), ("--merge", "folder"), ("--compute-capability", "8.9")):
        code, _, err = call(*words)
        assert code == 1
        assert "allowed: together with --tensorrt" in err


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
