"""``python -m perf.cpu_sweep``: instances, threads and batch windows of ``text_search``, measured on the real server."""

from __future__ import annotations

import sys
from typing import Final

from rich.console import Console

from assortment.errors import AssortmentError
from deploy.local.server import LocalServer
from perf.commands import new_parser, tells_failures
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


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Runs it and returns the exit code."""
    default = Settings()
    parser = new_parser("cpu_sweep", "Which instances, threads and batch windows serve a text search best on this CPU.")
    parser.add_argument("--instances", type=int, nargs="+", default=default.instances, help="processes of the Python backend")
    parser.add_argument("--threads", type=int, nargs="+", default=default.threads, help="threads of ONNX Runtime in each")
    parser.add_argument("--batches", type=int, nargs="+", default=default.batches, help="preferred batch sizes; 16 is none")
    parser.add_argument("--delays-us", type=int, nargs="+", default=default.delays_us, help="how long the batcher waits")
    parser.add_argument("--cross", action="store_true", help="every combination, not one value changed at a time")
    parser.add_argument("--rounds", type=int, default=default.rounds, help="times that everything is measured")
    parser.add_argument("--in-flight", type=int, default=default.in_flight, help="requests kept at the server")
    parser.add_argument("--quick", action="store_true", help="one short round of two tunings; the figures mean nothing")
    args = parser.parse_args(argv)
    asked = {name: getattr(args, name) for name in ("catalogue", "build")}
    if args.quick:
        short = {"rounds": 1, "requests": 64, "alone_requests": 10, "seconds": 1.0}
        asked |= short | {"instances": (), "threads": (), "batches": (4,), "delays_us": ()}
    else:
        names = ("instances", "threads", "batches", "delays_us", "cross", "rounds", "in_flight")
        asked |= {name: getattr(args, name) for name in names}
    console = Console()
    settings = Settings(**asked)
    found = run(settings, console)
    report.show(found, console)
    console.print(f"\n{settings.build / TOOL}", highlight=False, soft_wrap=True)
    if found.incomplete:
        print(f"error: incomplete, what was measured is kept: {found.incomplete}", file=sys.stderr)
    return 1 if found.incomplete else 0
