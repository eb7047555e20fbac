"""``python -m perf.model_analyzer``: writes ``build/model_analyzer/``, and has Model Analyzer's own parser read its files."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from assortment.catalogue.store import Catalogue
from assortment.errors import InputError
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment.serving.step import Tensors
from assortment_client import contract
from deploy.local.server import LocalServer
from perf import model_configs
from perf.assembled import repository_of
from perf.commands import new_parser, settings_of, tells_failures
from perf.model_analyzer import core, parser, repository, settings_file
from perf.model_analyzer.settings import TOOL, Settings
from perf.perf_analyzer import binary, input_data
from perf.perf_analyzer.recording import Recorder
from perf.report import origin, results
from perf.report.part import SUMMARY, Part, Table

_TITLE: Final = "Model Analyzer: configurations"
_CPU_HEAD: Final = """Model Analyzer on this machine: quick search over text_search, the one step of search on a CPU.
model-analyzer profile -f cpu.yaml"""
_GPU_HEAD: Final = """Model Analyzer on a GPU node: quick search over the steps between prepare and diversifier, as search_core.
Model Analyzer runs in the -sdk container, which has no tritonserver, and has Docker start one beside it. On another machine, put
this folder at the same path. Not run on a GPU.
{command}"""


def run(settings: Settings, console: Console) -> Path:
    """Writes both configurations with their repositories and input data, and checks them.

    Returns:
        The folder with all of it.

    Raises:
        InputError: when no test query has a picture, or the results folder holds something else.
        AssortmentError: when something is missing, or Model Analyzer refuses a file.
    """
    paths = settings.paths
    wanted = input_data.requests(Catalogue.open(paths.catalogue), Protocol.open(paths.protocol), count=settings.queries)
    if not wanted[contract.SEARCH_MULTIMODAL]:
        asked = f"none of its first {settings.queries} test queries is of a product with a picture"
        raise InputError("catalogue", settings.catalogue, f"allowed: one with pictures; {asked}")
    repository_of(paths)
    analyzer, tool = parser.fetch(settings.build), binary.find(settings.build)
    command = origin.command("model-analyzer", settings.catalogue)
    with results.claimed(settings.folder, tool=TOOL, title=_TITLE, command=command) as folder:
        understood = _written(paths, wanted, folder.resolve(), analyzer, tool.path, console)
        _report(understood, settings.catalogue, command, folder)
    return folder.resolve()


def _written(
    paths: BuildPaths,
    wanted: Mapping[str, Sequence[Tensors]],
    folder: Path,
    analyzer: Path,
    perf_analyzer: Path,
    console: Console,
) -> dict[str, str]:
    """Writes everything, and tells what Model Analyzer's parser understood of each file."""
    repository.copy(paths.model_repository, folder / "cpu_repository", variant="cpu")
    repository.copy(paths.model_repository, folder / "gpu_repository")
    repository.add_core(folder / "gpu_repository")
    input_data.write(wanted[contract.SEARCH], folder / "search_input.json")
    input_data.write(_core_entries(paths, folder, wanted[contract.SEARCH_MULTIMODAL]), folder / f"{core.CORE}_input.json")
    cpu = settings_file.cpu(folder / "cpu_repository", folder / "cpu_output", folder / "search_input.json", perf_analyzer)
    gpu = settings_file.gpu(folder / "gpu_repository", folder / "gpu_output", folder / f"{core.CORE}_input.json")
    understood = {}
    gpu_head = _GPU_HEAD.format(command=settings_file.docker_run(folder))
    for settings, name, head in ((cpu, settings_file.CPU_FILE, _CPU_HEAD), (gpu, settings_file.GPU_FILE, gpu_head)):
        settings_file.write(settings, folder / name, head=head)
        understood[name] = parser.check(folder / name, analyzer, perf_analyzer)
        console.print(f"{name}: {understood[name]}", highlight=False, soft_wrap=True)
    return understood


def _report(understood: Mapping[str, str], catalogue: str, command: str, folder: Path) -> None:
    """``summary.json`` and ``part.json``."""
    (folder / SUMMARY).write_text(
        json.dumps({"catalogue": catalogue, "understood": understood}, indent=1) + "\n", encoding="utf-8"
    )
    Part(
        tool=TOOL,
        title=_TITLE,
        command=command,
        finding=f"{parser.REQUIREMENT} accepts both configurations: {', '.join(understood)}. No search was run with them here.",
        made=origin.made(),
        machine=origin.machine(),
        tables=[
            Table(
                title="What Model Analyzer's parser understood",
                columns=["file", "profiles, and steps that it searches"],
                rows=list(understood.items()),
            )
        ],
        notes=[f"Quick search takes at most {core.MOST_STEPS} steps, so {core.CORE} leaves out prepare and diversifier."],
    ).write(folder)


def _core_entries(paths: BuildPaths, folder: Path, requests: Sequence[Tensors]) -> list[Tensors]:
    """What flows into ``search_core`` when these go through ``search_multimodal``, recorded on a server of our own."""
    with LocalServer(paths.model_repository, open_statistics=True) as server:
        recorder = Recorder(server.grpc_address)
        try:
            recorded = recorder.inputs(contract.SEARCH_MULTIMODAL, requests)
        finally:
            recorder.close()
    return core.entries(model_configs.read(folder / "gpu_repository", core.CORE), recorded)


def configure(flags: argparse.ArgumentParser) -> None:
    """The command's flags, from ``Settings``."""
    flags.add_argument("--queries", type=int, default=Settings().queries, help="test queries that the input data is made of")
    flags.add_argument("--quick", action="store_true", help="five queries")


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Runs it and returns the exit code."""
    flags = new_parser(
        "model_analyzer",
        "Configurations, repositories and input data for NVIDIA's Model Analyzer, read by its own parser.",
        catalogue="an assembled catalogue with pictures",
    )
    configure(flags)
    console = Console()
    folder = run(settings_of(flags, argv, Settings), console)
    console.print(f"\n{folder}", highlight=False, soft_wrap=True)
    return 0
