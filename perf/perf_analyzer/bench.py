"""``python -m perf.perf_analyzer``: closed- and open-loop curves of the ensembles, and each step by itself.

Every measurement is a call of its own, so that what was measured before a server died, or before Ctrl-C, is kept. The order is
breadth first, all ensembles at one load before the next load, so that a slow minute of the machine hits them alike. perf_analyzer
runs on the server's cores.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console

from assortment.catalogue.store import Catalogue
from assortment.errors import AssortmentError
from assortment.protocol.store import Protocol
from assortment.serving.step import Tensors
from assortment_client import contract
from deploy.local.server import LocalServer
from perf.commands import new_parser, settings_of, tells_failures
from perf.perf_analyzer import binary, input_data, report
from perf.perf_analyzer.measurement import Measurement, Target, measure
from perf.perf_analyzer.recording import Recorder
from perf.perf_analyzer.report import Run
from perf.perf_analyzer.settings import Settings
from perf.report import results
from perf.stages import Statistics

TOOL: Final = "perf_analyzer"
_FULLEST_FIRST: Final = (contract.SEARCH_MULTIMODAL, contract.RERANK, contract.SEARCH)  # the first with a picture as well


def run(settings: Settings, console: Console) -> Run:
    """Measures, and writes ``build/perf_analyzer/`` whatever happens after it has begun.

    Raises:
        AssortmentError: when it cannot begin: no catalogue, no perf_analyzer, a results folder of somebody else.
    """
    wanted = input_data.requests(
        Catalogue.open(settings.paths.catalogue), Protocol.open(settings.paths.protocol), count=settings.queries
    )
    found = Run(settings=settings)
    tool = binary.find(settings.build)
    found.version = tool.version
    folder = results.claim(settings.build / TOOL, TOOL)
    try:
        with _server(settings) as address, Statistics(address) as statistics:
            data = _input_data({name: entries for name, entries in wanted.items() if entries}, address, folder, found)

            def one(target: Target) -> Measurement:
                csv = folder / f"{target.model}_{target.kind}_{target.load:g}.csv"
                measured = measure(tool, address, target, data[target.model], statistics, csv)
                console.print(report.line(measured), style="dim", highlight=False, soft_wrap=True)
                return measured

            ensembles = [name for name in wanted if name in data]
            _measure_ensembles(ensembles, settings, one, found)
            steps = [name for name in data if name not in wanted]
            for load in settings.stage_concurrency:
                for model in steps:
                    target = Target(model=model, kind="concurrency", load=load, requests=settings.stage_requests)
                    found.steps.append(one(target))
    except AssortmentError as error:
        found.incomplete = str(error)
    except KeyboardInterrupt:
        found.incomplete = "interrupted"
    report.write(found, folder)
    return found


@contextmanager
def _server(settings: Settings) -> Iterator[str]:
    """host:port of the server to measure: the one that was named, or one of our own."""
    if settings.endpoint:
        yield settings.endpoint
    else:
        with LocalServer(settings.paths.model_repository, open_statistics=True) as server:
            yield server.grpc_address


def _input_data(wanted: Mapping[str, Sequence[Tensors]], address: str, folder: Path, found: Run) -> dict[str, Path]:
    """Writes what perf_analyzer sends to each ensemble and to each step; a step of several ensembles gets the first one's."""
    recorder = Recorder(address)
    files: dict[str, Path] = {}
    try:
        for ensemble in sorted(wanted, key=_FULLEST_FIRST.index):
            for model, entries in recorder.inputs(ensemble, wanted[ensemble]).items():
                if model not in files:
                    files[model] = folder / f"{model}_input.json"
                    input_data.write(entries, files[model])
                    found.entries[model] = len(entries)
    finally:
        recorder.close()
    return files


def _measure_ensembles(ensembles: Sequence[str], settings: Settings, one: Callable[[Target], Measurement], found: Run) -> None:
    for in_flight in settings.concurrency:
        for model in ensembles:
            found.ensembles.append(one(Target(model=model, kind="concurrency", load=in_flight, requests=settings.requests)))
    for share in settings.rate_shares:
        for model in ensembles:
            rate = share * max((each.per_s for each in found.ensembles if each.target.model == model), default=0.0)
            if rate > 0:  # else every closed-loop measurement was refused, and the table says so
                enough = max(settings.requests, math.ceil(rate))  # perf_analyzer refuses less than a second of requests
                found.ensembles.append(one(Target(model=model, kind="rate", load=round(rate, 1), requests=enough)))


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's flags, from ``Settings``."""
    default = Settings()
    add = parser.add_argument
    of_another = "host:port of a server that was started with --open-statistics (default: one of its own)"
    add("--endpoint", default=argparse.SUPPRESS, help=of_another)
    add("--concurrency", type=int, nargs="+", default=default.concurrency, help="requests in flight")
    add("--rate-shares", type=float, nargs="*", default=default.rate_shares, help="of the best throughput")
    add("--requests", type=int, default=default.requests, help="behind each measurement of an ensemble")
    add("--stage-requests", type=int, default=default.stage_requests, help="behind each measurement of a step")
    add("--quick", action="store_true", help="seconds instead of minutes; the figures mean nothing")


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Runs it and returns the exit code."""
    parser = new_parser(
        "perf_analyzer",
        "NVIDIA's perf_analyzer on the ensembles and on each of their steps, fed with the catalogue's test queries.",
    )
    configure(parser)
    settings = settings_of(parser, argv, Settings)
    console = Console()
    found = run(settings, console)
    report.show(found, console)
    console.print(f"\n{settings.build / TOOL}", highlight=False, soft_wrap=True)
    if found.incomplete:
        print(f"error: incomplete, what was measured is kept: {found.incomplete}", file=sys.stderr)
    return 1 if found.incomplete else 0
