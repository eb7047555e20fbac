"""``python -m perf.cpu_sweep``: instances, threads and batch windows of ``text_search``, measured on the real server."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from rich.console import Console

from assortment.errors import AssortmentError
from deploy.local.server import LocalServer
from perf.commands import new_parser, settings_of, tells_failures
from perf.cpu_sweep import model_config, report
from perf.cpu_sweep.settings import Settings
from perf.cpu_sweep.sweep import Sweep, measure
from perf.report import results

TOOL: Final = "cpu_sweep"


def run(settings: Settings, console: Console) -> Sweep:
    """Sweeps, and writes ``build/cpu_sweep/`` whatever happens after it has begun.

    Raises:
        AssortmentError: when it cannot begin.
    """
    found = Sweep(settings=settings, default=model_config.tuning(model_config.read(settings.paths.model_repository)))
    folder = results.claim(settings.build / TOOL, TOOL)
    try:
        with LocalServer(settings.paths.model_repository) as server:
            for cell in measure(found, server, console):
                found.cells.append(cell)
    except AssortmentError as error:
        found.incomplete = str(error)
    except KeyboardInterrupt:
        found.incomplete = "interrupted"
    report.write(found, folder)
    return found


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's flags, from ``Settings``."""
    default = Settings()
    add = parser.add_argument
    add("--instances", type=int, nargs="+", default=default.instances, help="processes of the Python backend")
    add("--threads", type=int, nargs="+", default=default.threads, help="threads of ONNX Runtime in each")
    add("--batches", type=int, nargs="+", default=default.batches, help="preferred batch sizes; 16 is none")
    add("--delays-us", type=int, nargs="+", default=default.delays_us, help="how long the batcher waits")
    add("--cross", action="store_true", help="every combination, not one value changed at a time")
    add("--rounds", type=int, default=default.rounds, help="times that everything is measured")
    add("--in-flight", type=int, default=default.in_flight, help="requests kept at the server")
    add("--quick", action="store_true", help="one short round of two tunings; the figures mean nothing")


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Runs it and returns the exit code."""
    parser = new_parser("cpu_sweep", "Which instances, threads and batch windows serve a text search best on this CPU.")
    configure(parser)
    settings = settings_of(parser, argv, Settings)
    console = Console()
    found = run(settings, console)
    report.show(found, console)
    console.print(f"\n{settings.build / TOOL}", highlight=False, soft_wrap=True)
    if found.incomplete:
        print(f"error: incomplete, what was measured is kept: {found.incomplete}", file=sys.stderr)
    return 1 if found.incomplete else 0
