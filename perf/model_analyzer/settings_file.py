"""Model Analyzer's own YAML files: ``cpu.yaml`` for this kind of machine, ``gpu.yaml`` for a node with NVIDIA's containers.

Keys: model_analyzer 1.58, docs/config.md, docs/config_search.md and docs/launch_modes.md.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]

from perf.model_analyzer.core import CORE, CORE_STEPS

CPU_FILE: Final = "cpu.yaml"
GPU_FILE: Final = "gpu.yaml"
SERVER_IMAGE: Final = "nvcr.io/nvidia/tritonserver:26.07-py3"
"""What a GPU node serves with (deploy/container/Dockerfile), and Model Analyzer starts; its ``-sdk`` sibling has Model Analyzer,
and no tritonserver."""
_SOCKET: Final = "/var/run/docker.sock"
_COUNTS: Final = (2, 3, 4)  # not one: with a queue policy, a single instance stalls Triton for up to 500 ms
_MOST_P99_MS: Final = 100


def cpu(repository: Path, output: Path, data: Path, perf_analyzer: Path) -> dict[str, Any]:
    """``search`` on a CPU: its one step is ``text_search``. A GPU node's container has a perf_analyzer of its own."""
    return {
        **_common(repository, output),
        "triton_launch_mode": "local",
        "perf_analyzer_path": str(perf_analyzer),
        "profile_models": _profiled("search", data),
        "ensemble_composing_models": _composing(["text_search"], "KIND_CPU"),
        "cpu_only_composing_models": ["text_search"],
    }


def gpu(repository: Path, output: Path, data: Path) -> dict[str, Any]:
    """The four steps between ``prepare`` and ``diversifier`` of ``search_multimodal``, in a container beside Model Analyzer's."""
    return {
        **_common(repository, output),
        "triton_launch_mode": "docker",
        "triton_docker_image": SERVER_IMAGE,
        "profile_models": _profiled(CORE, data),
        "ensemble_composing_models": _composing(CORE_STEPS, "KIND_GPU"),
    }


def docker_run(folder: Path) -> str:
    """The command that runs ``gpu.yaml`` on a GPU node.

    Model Analyzer has Docker start the server's container beside its own and mounts paths as it knows them, so the folder has to
    have the same path inside and outside.

    Args:
        folder: with ``gpu.yaml``, the repository and the output; absolute.
    """
    words = ["docker", "run", "--rm", "--gpus", "all", "--net", "host", "--shm-size", "1g"]
    words += ["--volume", f"{_SOCKET}:{_SOCKET}", "--volume", f"{folder}:{folder}", "--workdir", str(folder)]
    return shlex.join([*words, f"{SERVER_IMAGE}-sdk", "model-analyzer", "profile", "-f", GPU_FILE])


def write(settings: Mapping[str, Any], path: Path, *, head: str) -> None:
    """Writes a file, with a comment above it."""
    comment = "".join(f"# {line}\n" for line in head.splitlines())
    path.write_text(comment + yaml.safe_dump(dict(settings), sort_keys=False), encoding="utf-8")


def _common(repository: Path, output: Path) -> dict[str, Any]:
    return {
        "model_repository": str(repository),
        "output_model_repository_path": str(output),
        "override_output_model_repository": True,
        "export_path": str(output.parent),
        "client_protocol": "grpc",
        "run_config_search_mode": "quick",
        "objectives": ["perf_throughput"],
        "constraints": {"perf_latency_p99": {"max": _MOST_P99_MS}},
    }


def _profiled(model: str, data: Path) -> dict[str, Any]:
    return {model: {"perf_analyzer_flags": {"input-data": str(data)}}}


def _composing(models: Sequence[str], kind: str) -> list[dict[str, Any]]:
    """What quick search may vary, as a list.

    A mapping is allowed too, but 1.58 reads it and ``profile_models`` into one object: the second overwrites the first, and the
    steps would be profiled in the place of the ensemble.
    """
    return [
        {model: {"model_config_parameters": {"instance_group": [{"kind": kind, "count": list(_COUNTS)}]}}} for model in models
    ]
