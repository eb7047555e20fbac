"""``python -m perf.bench``: what serving costs, against the same work in one process on the same cores.

Fairness:

- Both sides run the same step classes on the same assembled repository, ONNX Runtime with one thread a call, and are bound to
  the same cores. Nothing else runs for the one while the other is measured: the server and the workers then wait.
- Blocks of both sides alternate and hold the same queries in the same order, so that a slow minute of the machine hits both.
- One at a time: see ``perf.one_by_one``. Saturated: see ``perf.saturated``; beside requests a second stands the processor time
  of a request, which hardly depends on who else keeps the machine busy.
- What reading a query's words costs is told beside: see ``perf.reading_words``. It is part of both sides.
- Answers are compared. One at a time they must be identical. Saturated they may differ where scores nearly tie: an 8-bit
  encoder scales a batch as a whole, so an answer depends slightly on its batch mates; the share is reported.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Final

from rich.console import Console

from assortment.catalogue.store import Catalogue
from assortment.protocol.store import Protocol
from assortment.serving.pipeline import Pipeline
from assortment_client import SearchClient, contract
from deploy.local.server import LocalServer
from perf import bench_report, one_by_one, reading_words, saturated, stage_shares
from perf.assembled import repository_of
from perf.bench_report import BenchResult
from perf.bench_settings import BenchSettings
from perf.commands import given, new_parser, tells_failures
from perf.cores import pin, processor
from perf.in_process import Workers
from perf.load import SearchLoad
from perf.report import origin, results
from perf.report.part import SUMMARY
from perf.stages import Statistics

_K: Final = contract.DEFAULT_K


def run(settings: BenchSettings, console: Console) -> BenchResult:
    """Starts the server and the workers, measures both, and writes ``summary.json`` and ``part.json``.

    Raises:
        InputError: when the results folder holds something else.
        StepError: when the catalogue is not assembled, or both sides answer differently one at a time.
        ServerError: when the server does not start or fails a request.
    """
    repository = repository_of(settings.paths)
    command = origin.command("bench", settings.catalogue)
    with results.claimed(settings.folder, tool=bench_report.TOOL, title=bench_report.TITLE, command=command) as folder:
        result = _measure(settings, repository, console)
        (folder / SUMMARY).write_text(json.dumps(bench_report.summary(result), indent=1) + "\n", encoding="utf-8")
        bench_report.part_of(result, command).write(folder)
    return result


def _measure(settings: BenchSettings, repository: Path, console: Console) -> BenchResult:
    cores = pin(settings.num_cores)
    queries = [query.query for query in Protocol.open(settings.paths.protocol).queries("test")]
    pipeline = Pipeline.open(repository)
    console.print(f"Server and {len(cores)} in-process workers on cores {', '.join(map(str, cores))}", highlight=False)
    with LocalServer(repository) as server, Statistics(server.grpc_address, server.admin_key) as statistics:
        with SearchClient(server.grpc_address) as client:
            told = client.server_info()
            stages_before = stage_shares.durations_us(server.metrics_address)
            one = one_by_one.measure(
                queries,
                client,
                statistics,
                pipeline,
                num_blocks=settings.latency_blocks,
                size=settings.latency_requests,
                k=_K,
                console=console,
            )
        reading = reading_words.measure(queries, repository, pipeline, k=_K, console=console)
        with Workers(repository, count=len(cores), batch=settings.batch, k=_K) as workers:
            many = saturated.measure(
                queries,
                SearchLoad(server.grpc_address, queries, k=_K),
                statistics,
                workers,
                num_blocks=settings.throughput_blocks,
                size=settings.throughput_requests,
                in_flight=settings.in_flight,
                console=console,
            )
        shares = stage_shares.between(stages_before, stage_shares.durations_us(server.metrics_address))
    return BenchResult(
        catalogue=settings.catalogue,
        products=len(Catalogue.open(settings.paths.catalogue)),
        queries=len(queries),
        cores=cores,
        processor=processor(),
        server={"name": told.name, "version": told.version},
        one_by_one=one,
        reading=reading,
        saturated=many,
        text_search_shares=shares,
    )


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's flags, from ``BenchSettings``."""
    default = BenchSettings()
    parser.add_argument(
        "--cores", dest="num_cores", metavar="CORES", type=int, default=default.num_cores, help="cores that both sides share"
    )
    parser.add_argument("--in-flight", type=int, default=default.in_flight, help="requests kept at the server when saturated")
    for field, what in (
        ("latency_blocks", "pairs of blocks, one request at a time"),
        ("latency_requests", "requests in such a block"),
        ("throughput_blocks", "pairs of blocks, saturated"),
        ("throughput_requests", "requests in such a block"),
    ):
        parser.add_argument(f"--{field.replace('_', '-')}", type=int, default=getattr(default, field), help=what)


@tells_failures("interrupted; the server was stopped")
def main(argv: list[str] | None = None) -> int:
    """Runs the bench and returns the exit code."""
    parser = new_parser("bench", "What serving costs against the same work in one process, same models and cores.")
    configure(parser)
    settings = BenchSettings(**given(parser, argv))
    console = Console()
    result = run(settings, console)
    bench_report.show(result, console)
    console.print(f"\n{settings.folder / SUMMARY}", highlight=False, soft_wrap=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
