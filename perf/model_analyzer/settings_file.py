"""Model Analyzer's own YAML files: ``cpu.yaml`` for this kind of machine, ``gpu.yaml`` for a node with the stock container.

Keys: model_analyzer 1.58, docs/config.md and docs/config_search.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]

from perf.model_analyzer.core import CORE, CORE_STEPS

CPU_FILE: Final = "cpu.yaml"
GPU_FILE: Final = "gpu.yaml"
_CPU_COUNTS: Final = (2, 3, 4)  # not one: with a queue policy, a single instance stalls Triton 2.51 for up to 500 ms
_GPU_COUNTS: Final = (1, 2, 4)
_MOST_P99_MS: Final = 100


def cpu(repository: Path, output: Path, data: Path, perf_analyzer: Path) -> dict[str, Any]:
    """``search`` on a CPU: its one step is ``text_search``. A GPU node's container has a perf_analyzer of its own."""
    return {
        **_common(repository, output),
        "perf_analyzer_path": str(perf_analyzer),
        "profile_models": _profiled("search", data),
        "ensemble_composing_models": _composing(["text_search"], "KIND_CPU", _CPU_COUNTS),
        "cpu_only_composing_models": ["text_search"],
    }


def gpu(repository: Path, output: Path, data: Path) -> dict[str, Any]:
    """The four steps between ``prepare`` and ``diversifier`` of ``search_multimodal``."""
    return {
        **_common(repository, output),
        "profile_models": _profiled(CORE, data),
        "ensemble_composing_models": _composing(CORE_STEPS, "KIND_GPU", _GPU_COUNTS),
    }


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
        "triton_launch_mode": "local",
        "client_protocol": "grpc",
        "run_config_search_mode": "quick",
        "objectives": ["perf_throughput"],
        "constraints": {"perf_latency_p99": {"max": _MOST_P99_MS}},
    }


def _profiled(model: str, data: Path) -> dict[str, Any]:
    return {model: {"perf_analyzer_flags": {"input-data": str(data)}}}


def _composing(models: Sequence[str], kind: str, counts: Sequence[int]) -> list[dict[str, Any]]:
    """What quick search may vary, as a list.

    A mapping is allowed too, but 1.58 reads it and ``profile_models`` into one object: the second overwrites the first, and the
    steps would be profiled in the place of the ensemble.
    """
    return [{model: {"model_config_parameters": {"instance_group": [{"kind": kind, "count": list(counts)}]}}} for model in models]
