"""``python -m perf.peers``: serving here beside what a user would have built instead.

Fairness:

- All sides answer the same queries over the same vectors with the same trained weights, and their answers are compared.
- All run at once on the same cores; only one is asked at a time. Their blocks alternate, so that a slow minute hits all.
- Every library has one thread, and every server as many processes or instances as there are cores.
- Queues of the served ensemble wait as long as the peers' do, who have no limit (``export.resize --queue-timeout-ms``).
- What the served ensemble does besides (page rules, facets, reasons, versions, metrics) stays on; the peers have none of it.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from assortment.errors import AssortmentError, InputError, StepError
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from perf.commands import new_parser, settings_of, tells_failures
from perf.cores import pin
from perf.peers import measure, report, sides
from perf.peers.material import Material
from perf.peers.report import Cell
from perf.peers.settings import PeersSettings
from perf.report.part import SUMMARY
from perf.report.results import claim

TOOL: Final = "peers"
_PATIENCE_MS: Final = 60_000


def run(settings: PeersSettings, console: Console) -> None:
    """Measures cell by cell and writes what there is after each.

    Raises:
        InputError: when the results folder is another's, or there is nothing in it to go on with.
        StepError: when the shop cannot be resized, or an in-process worker ends. What was measured is kept and marked.
        ServerError: when a server does not start or fails a request. What was measured is kept and marked.
    """
    cells = earlier_cells(settings) if settings.more else []
    folder = claim(settings.folder, TOOL)
    pin(settings.num_cores)
    report.write(folder, cells, settings, incomplete="not finished")
    try:
        for products in settings.products:
            missing = [clients for clients in settings.clients if not any(cell.is_of(products, clients) for cell in cells)]
            if missing:
                _measure_shop(settings, products, missing, cells, folder, console)
    except (AssortmentError, KeyboardInterrupt) as error:
        report.write(folder, cells, settings, incomplete=str(error).partition("\n")[0] or "interrupted")
        raise
    report.write(folder, cells, settings)


def _measure_shop(
    settings: PeersSettings, products: int, clients: Sequence[int], cells: list[Cell], folder: Path, console: Console
) -> None:
    name = settings.resized(products)
    console.print(f"{products:,} products: build/{name}", highlight=False)
    _resize(settings, products)
    paths = BuildPaths(settings.build / name)
    Material(paths).make(settings.shop.checkpoints)
    queries = [query.query for query in Protocol.open(paths.protocol).queries("test")]
    with sides.running(paths, folder / "logs" / name, num_cores=settings.num_cores, k=settings.k) as compared:
        for number in clients:
            found = measure.cell(compared, queries, number, settings, console)
            cells.append(Cell(products=products, clients=number, sides={side: asdict(one) for side, one in found.items()}))
            report.write(folder, cells, settings, incomplete="not finished")


def _resize(settings: PeersSettings, products: int) -> None:
    """In a process of its own: nothing of ``perf`` may import the export room."""
    flags = {
        "--catalogue": settings.catalogue,
        "--build": settings.build,
        "--products": products,
        "--to": settings.resized(products),
        "--queue-timeout-ms": _PATIENCE_MS,
    }
    words = [str(word) for flag in flags.items() for word in flag]
    done = subprocess.run([sys.executable, "-m", "export.resize", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise StepError(f"the shop of {products:,} products could not be made: {done.stderr.strip().splitlines()[-1]}")


def earlier_cells(settings: PeersSettings) -> list[Cell]:
    """What an earlier run has measured.

    Raises:
        InputError: when there are no such results, or they are of another catalogue, number of cores or length of a page.
    """
    path = settings.folder / SUMMARY
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        cells = [Cell(**{name: cell[name] for name in ("products", "clients", "sides")}) for cell in told["cells"]]
        earlier = {field: told["settings"][field] for field in settings.alike}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError("more", str(path), f"allowed: where a run has left results to go on with ({error})") from error
    for field, value in settings.alike.items():
        if value != earlier[field]:
            raise InputError(field, value, f"allowed: {earlier[field]!r}, as in {path}, to go on with; else run without --more")
    return cells


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's flags, from ``PeersSettings``."""
    default = PeersSettings()
    parser.add_argument("--quick", action="store_true", help="one small shop and few requests, for a look")
    parser.add_argument("--more", action="store_true", help="go on with the results that are there")
    for field, many, what in (
        ("products", True, "sizes of the shop"),
        ("clients", True, "clients that each keep one request at a server"),
        ("requests", False, "requests to each side for each size and number of clients"),
        ("rounds", False, "turns that they are divided into"),
    ):
        parser.add_argument(f"--{field}", type=int, nargs="+" if many else None, default=getattr(default, field), help=what)
    given_up = "seconds after which a size and number of clients is given up for the next; 0 for none"
    parser.add_argument("--cell-s", type=float, default=default.cell_s, help=given_up)
    shared = "cores that all sides and the load generator share"
    parser.add_argument("--cores", dest="num_cores", metavar="CORES", type=int, default=default.num_cores, help=shared)


@tells_failures("interrupted; the servers were stopped, and what was measured is kept")
def main(argv: list[str] | None = None) -> int:
    """Runs the comparison and returns the exit code."""
    described = "Serving here beside FastAPI, PyTriton and no server, same function and cores."
    parser = new_parser("peers", described, catalogue="a trained and indexed catalogue")
    configure(parser)
    settings = settings_of(parser, argv, PeersSettings)
    console = Console()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))  # so that the servers are ended too
    run(settings, console)
    report.show(settings.folder, console)
    return 0
