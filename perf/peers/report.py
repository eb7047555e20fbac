"""What the comparison found: a summary for scripts, tables and a plot for people."""

from __future__ import annotations

import importlib.metadata
import json
import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from perf.cores import processor
from perf.peers import plot
from perf.peers.settings import REQUESTS_BEHIND_P99, PeersSettings
from perf.peers.sides import FASTAPI_FLOAT32, FASTAPI_INT8, IN_PROCESS, SERVED
from perf.report import origin
from perf.report.part import SUMMARY, Part, Picture, Table
from perf.report.terminal import show_table

_PACKAGES: Final = ("fastapi", "uvicorn", "sentence-transformers", "torch", "onnxruntime", "pyversity", "nvidia-pytriton")
_COLUMNS: Final = ("clients", "side", "requests/s", "p50 ms", "p95 ms", "p99 ms", "CPU ms", "MiB of its own", "MiB with files")
_PLOT: Final = "peers.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """All sides for one shop and one number of clients."""

    products: int
    clients: int
    sides: dict[str, dict[str, Any]]
    """Side to the fields of ``measure.Measured``."""

    def is_of(self, products: int, clients: int) -> bool:
        """Whether it is the cell of this shop and number of clients."""
        return (self.products, self.clients) == (products, clients)

    def ratios(self) -> dict[str, float]:
        """The served ensemble beside the others."""
        served, inside = self.sides[SERVED], self.sides[IN_PROCESS]
        told = {
            "p50_over_in_process_ms": served["latency"]["p50"] - inside["latency"]["p50"],
            "throughput_over_in_process": self._throughput_over(IN_PROCESS),
        }
        for name, side in self.sides.items():
            if name not in {SERVED, IN_PROCESS}:
                told[f"throughput over {name}"] = self._throughput_over(name)
                told[f"p95 over {name}"] = served["latency"]["p95"] / side["latency"]["p95"]
        return {name: round(value, 3) for name, value in told.items()}

    def _throughput_over(self, name: str) -> float:
        """Median of the rounds' ratios: what slows the machine down for a while slows both blocks of a round."""
        rounds = zip(self.sides[SERVED]["blocks_per_s"], self.sides[name]["blocks_per_s"], strict=True)
        return float(statistics.median(ours / theirs for ours, theirs in rounds))


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def write(folder: Path, cells: Sequence[Cell], settings: PeersSettings, *, incomplete: str = "") -> None:
    """Writes ``summary.json``, ``part.json`` and the plot; cells in the order of products and clients."""
    cells = sorted(cells, key=lambda cell: (cell.products, cell.clients))
    told = {
        "incomplete": incomplete,
        "settings": settings.alike,
        "processor": processor(),
        "versions": {package: _version(package) for package in _PACKAGES},
        "cells": [{**asdict(cell), "ratios": cell.ratios()} for cell in cells],
    }
    (folder / SUMMARY).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if cells:
        plot.draw(cells, folder / _PLOT)
    Part(
        tool="peers",
        title="Beside what one would have built instead",
        command=origin.command("peers", settings.catalogue),
        finding=finding(cells),
        made=origin.made(),
        machine=f"{processor()}, {settings.num_cores} of {os.cpu_count()} cores",
        incomplete=incomplete,
        tables=tables(cells),
        pictures=(Picture(file=_PLOT, alt="Requests a second and p95 over clients, by size and side"),) if cells else (),
        notes=_notes(cells),
    ).write(folder)


def finding(cells: Sequence[Cell]) -> str:
    """The ratios of each shop at its most clients."""
    told = []
    for products in dict.fromkeys(cell.products for cell in cells):
        cell = max((cell for cell in cells if cell.products == products), key=lambda cell: cell.clients)
        ratios = cell.ratios()
        told.append(
            f"{products:,} products, {cell.clients} clients: {ratios[f'throughput over {FASTAPI_FLOAT32}']:.1f} times the "
            f"throughput of FastAPI in float32, {ratios[f'throughput over {FASTAPI_INT8}']:.1f} times with the same 8-bit "
            f"encoder, "
            f"{ratios['throughput_over_in_process']:.2f} of the same work in process."
        )
    return " ".join(told) or "Nothing was measured."


def tables(cells: Sequence[Cell]) -> list[Table]:
    """One for each shop, and where the time of a served search goes."""
    of_shops = [
        Table(
            title=f"{products:,} products",
            columns=_COLUMNS,
            rows=[row for cell in cells if cell.products == products for row in _rows(cell)],
            note=_agreements([cell for cell in cells if cell.products == products]),
        )
        for products in dict.fromkeys(cell.products for cell in cells)
    ]
    return [_ratio_table(cells), *of_shops, _stage_table(cells)] if cells else []


def _ratio_table(cells: Sequence[Cell]) -> Table:
    """The served ensemble's throughput and p95, each as a multiple of the others'."""
    peers = [name for name in cells[0].sides if name not in {SERVED, IN_PROCESS}]
    rows = []
    for cell in cells:
        ratios = cell.ratios()
        beside = [f"{ratios[f'throughput over {name}']:.1f} ({ratios[f'p95 over {name}']:.2f})" for name in peers]
        inside = [f"{ratios['throughput_over_in_process']:.2f}", f"{ratios['p50_over_in_process_ms']:.1f}"]
        rows.append([f"{cell.products:,}", str(cell.clients), *beside, *inside])
    return Table(
        title="The served ensemble beside the others",
        columns=("products", "clients", *peers, "in process", "p50 beyond in process, ms"),
        rows=rows,
        note="How many times their throughput, and its p95 as a share of theirs. Throughputs are compared within each round; "
        "told is the rounds' median.",
    )


def _stage_table(cells: Sequence[Cell]) -> Table:
    """Stages as the served ensemble counts them itself, and what serving costs the processor beside the same work in process."""
    stages = list(cells[0].sides[SERVED]["stages_ms"])
    rows = []
    for cell in cells:
        served = cell.sides[SERVED]
        spent = [served["stages_ms"][stage] for stage in stages]
        processor_ms = (cell.sides[IN_PROCESS]["cpu_ms"], served["cpu_ms"])
        rows.append([f"{cell.products:,}", str(cell.clients), *(f"{ms:.2f}" for ms in (*spent, *processor_ms))])
    return Table(
        title="Where the time of a served search goes, ms",
        columns=("products", "clients", *stages, "CPU in process", "CPU served"),
        rows=rows,
        note="Stages are by the clock, so that a busy machine lengthens them; a batch's are divided among its requests. What the "
        "processor does more than in process is Triton, its Python backend and the client's protocol.",
    )


def show(folder: Path, console: Console) -> None:
    """Prints the tables of a finished run."""
    part = Part.read(folder)
    for table in part.tables:
        show_table(table, console)
    console.print(f"{part.finding}\n{folder / SUMMARY}", highlight=False, soft_wrap=True)


def _rows(cell: Cell) -> list[list[str]]:
    rows = []
    for name, side in cell.sides.items():
        latency, memory = side["latency"], side["memory"]
        enough = latency["requests"] >= REQUESTS_BEHIND_P99
        rows.append(
            [
                str(cell.clients),
                name,
                f"{side['per_s']:.0f}" if side["per_s"] >= 10 else f"{side['per_s']:.1f}",
                f"{latency['p50']:.1f}",
                f"{latency['p95']:.1f}",
                f"{latency['p99']:.1f}" if enough else "",
                f"{side['cpu_ms']:.1f}",
                f"{memory['own']:.0f}",
                f"{memory['own'] + memory['files']:.0f}",
            ]
        )
    return rows


def _agreements(cells: Sequence[Cell]) -> str:
    """How far each side's pages agree with those in process, over all cells of a shop at the least."""
    names = [name for name in cells[0].sides if name != IN_PROCESS]
    least = {name: min(cell.sides[name]["agreement"]["overlap"] for cell in cells) for name in names}
    return "Products of a page that are those in process, at the least: " + ", ".join(
        f"{name} {overlap:.1%}" for name, overlap in least.items()
    )


def _notes(cells: Sequence[Cell]) -> list[str]:
    fewest = min((side["latency"]["requests"] for cell in cells for side in cell.sides.values()), default=0)
    return [
        "Shops of another size than the catalogue are samples of it, or it and seeded, jittered copies of its vectors.",
        "In process there is no queue: a time is that of the batch which a query was in.",
        f"At least {fewest:,} requests stand behind each figure; a p99 is told from {REQUESTS_BEHIND_P99:,} on.",
        "Memory: of its own, anonymous and shared; with files, each mapped file once. The processor time leaves the load "
        "generator out, which shares the cores.",
    ]
