"""``python -m perf.model_analyzer``: writes ``build/model_analyzer/``, and has Model Analyzer's own parser read its files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from assortment.catalogue.store import Catalogue
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from assortment.serving.step import Tensors
from assortment_client import contract
from deploy.local.server import LocalServer
from perf import model_configs
from perf.commands import new_parser, tells_failures
from perf.model_analyzer import core, parser, repository, settings_file
from perf.perf_analyzer import binary, input_data
from perf.perf_analyzer.recording import Recorder
from perf.report import origin, results
from perf.report.part import SUMMARY, Part, Table

TOOL: Final = "model_analyzer"
_CPU_HEAD: Final = """Model Analyzer on this machine: quick search over text_search, the one step of search on a CPU.
model-analyzer profile -f cpu.yaml"""
_GPU_HEAD: Final = """Model Analyzer on a GPU node: quick search over the steps between prepare and diversifier, as search_core.
Inside nvcr.io/nvidia/tritonserver:YY.MM-py3-sdk, with Docker or a local tritonserver: model-analyzer profile -f gpu.yaml
Not run on a GPU."""


def run(paths: BuildPaths, build: Path, *, queries: int, console: Console) -> Path:
    """Writes both configurations with their repositories and input data, and checks them.

    Args:
        paths: an assembled catalogue.
        build: where results and tools go.
        queries: test queries that the input data is made of.
        console: where to tell what the parser understood.

    Raises:
        AssortmentError: when something is missing, or Model Analyzer refuses a file.
    """
    wanted = input_data.requests(Catalogue.open(paths.catalogue), Protocol.open(paths.protocol), count=queries)
    analyzer, tool = parser.fetch(build), binary.find(build)
    folder = results.claim(build / TOOL, TOOL).resolve()
    repository.copy(paths.model_repository, folder / "cpu_repository", variant="cpu")
    repository.copy(paths.model_repository, folder / "gpu_repository")
    repository.add_core(folder / "gpu_repository")
    input_data.write(wanted[contract.SEARCH], folder / "search_input.json")
    input_data.write(_core_entries(paths, folder, wanted[contract.SEARCH_MULTIMODAL]), folder / f"{core.CORE}_input.json")
    cpu = settings_file.cpu(folder / "cpu_repository", folder / "cpu_output", folder / "search_input.json", tool.path)
    gpu = settings_file.gpu(folder / "gpu_repository", folder / "gpu_output", folder / f"{core.CORE}_input.json")
    understood = {}
    for settings, name, head in ((cpu, settings_file.CPU_FILE, _CPU_HEAD), (gpu, settings_file.GPU_FILE, _GPU_HEAD)):
        settings_file.write(settings, folder / name, head=head)
        understood[name] = parser.check(folder / name, analyzer, tool.path)
        console.print(f"{name}: {understood[name]}", highlight=False, soft_wrap=True)
    _report(understood, paths.root.name, folder)
    return folder


def _report(understood: Mapping[str, str], catalogue: str, folder: Path) -> None:
    """``summary.json`` and ``part.json``."""
    (folder / SUMMARY).write_text(
        json.dumps({"catalogue": catalogue, "understood": understood}, indent=1) + "\n", encoding="utf-8"
    )
    Part(
        tool=TOOL,
        title="Model Analyzer: configurations",
        command=f"make model-analyzer CATALOGUE={catalogue}",
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


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Runs it and returns the exit code."""
    flags = new_parser(
        "model_analyzer",
        "Configurations, repositories and input data for NVIDIA's Model Analyzer, read by its own parser.",
        catalogue="an assembled catalogue with pictures",
    )
    flags.add_argument("--queries", type=int, default=50, help="test queries that the input data is made of")
    flags.add_argument("--quick", action="store_true", help="five queries")
    args = flags.parse_args(argv)
    console = Console()
    paths = BuildPaths(args.build / args.catalogue)
    folder = run(paths, args.build, queries=5 if args.quick else args.queries, console=console)
    console.print(f"\n{folder}", highlight=False, soft_wrap=True)
    return 0
