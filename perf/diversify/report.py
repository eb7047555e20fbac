"""What the diversify bench found: a summary for scripts, a table for spreadsheets and tables for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from perf.diversify import expected
from perf.diversify.matches import MATCHES
from perf.diversify.timing import Cell, Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class DiversifyResult:
    """Everything one run found."""

    cells: Sequence[Cell]
    absent: Mapping[str, str]
    """Package of a peer to why it was not there."""
    machine: Mapping[str, Any]
    settings: Mapping[str, Any]

    @property
    def cpu_share(self) -> float:
        """Processor time of all selections by their wall time: below 1 the machine was busy, above it ran more threads."""
        timings = [timing for cell in self.cells for timing in (cell.ours, cell.bound, *cell.peers)]
        wall_ms = sum(timing.median_ms * timing.repetitions for timing in timings)
        return sum(timing.cpu_ms * timing.repetitions for timing in timings) / wall_ms


def rows(result: DiversifyResult) -> list[dict[str, Any]]:
    """One for each strategy, shape and peer, skipped ones too; one without a peer for strategies that have none."""
    found = []
    for cell in result.cells:
        shape = {"strategy": cell.strategy, "n": cell.num_candidates, "k": cell.k, "d": cell.dim}
        ours = {
            "ours_ms": round(cell.ours.median_ms, 4),
            "ours_cpu_ms": round(cell.ours.cpu_ms, 4),
            "ours_repetitions": cell.ours.repetitions,
            "k_gemv_ms": round(cell.bound.median_ms, 4),
        }
        peers = [_peer(cell, timing) for timing in cell.peers]
        peers += [_no_peer(name, reason) for name, reason in cell.skipped.items()]
        found += [shape | ours | peer for peer in peers or [_no_peer("", "")]]
    return found


def _peer(cell: Cell, timing: Timing) -> dict[str, Any]:
    ratio, agreement = cell.ratio(timing.name), timing.agreement
    assert ratio is not None
    return {
        "peer": timing.name,
        "peer_ms": round(timing.median_ms, 4),
        "peer_cpu_ms": round(timing.cpu_ms, 4),
        "peer_repetitions": timing.repetitions,
        "ratio": round(ratio, 3),
        "identical_share": None if agreement is None else round(agreement.share, 4),
        "overlap": None if agreement is None else round(agreement.overlap, 4),
        "skipped": "",
    }


def _no_peer(name: str, reason: str) -> dict[str, Any]:
    figures = ("peer_ms", "peer_cpu_ms", "peer_repetitions", "ratio", "identical_share", "overlap")
    return {"peer": name, **dict.fromkeys(figures), "skipped": reason}


def summary(result: DiversifyResult) -> dict[str, Any]:
    """The contents of ``summary.json``. Times in milliseconds, ratios are the peer's time by ours."""
    return {
        "expected": [
            asdict(verdict.expected) | {"ratio": verdict.ratio and round(verdict.ratio, 3), "verdict": verdict.told}
            for verdict in expected.verdicts(result.cells)
        ],
        "slower_than_peer": [
            {
                "strategy": one.cell.strategy,
                "peer": one.peer,
                "n": one.cell.num_candidates,
                "k": one.cell.k,
                "d": one.cell.dim,
                "ratio": round(one.ratio, 3),
            }
            for one in expected.slower(result.cells)
        ],
        "absent": dict(result.absent),
        "notes": notes(),
        "machine": dict(result.machine) | {"cpu_share": round(result.cpu_share, 3)},
        "settings": dict(result.settings),
        "cells": rows(result),
    }


def notes() -> dict[str, str]:
    """Peer to what a reader of its times has to know."""
    return {peer.name: peer.note for match in MATCHES for peer in match.peers if peer.note}


def table(result: DiversifyResult) -> str:
    """The contents of ``table.csv``."""
    found = rows(result)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(found[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return text.getvalue()


def show(result: DiversifyResult, console: Console) -> None:
    """Prints times at the largest D, then what was expected and whether it was met, at all of them."""
    dim = max(cell.dim for cell in result.cells)
    shown = [cell for cell in result.cells if cell.dim == dim]
    for strategy, peer in dict.fromkeys((cell.strategy, timing.name) for cell in shown for timing in cell.peers):
        console.print(_against(strategy, peer, shown, dim))
    console.print(_alone(shown, dim))
    for package, reason in result.absent.items():
        console.print(f"  absent: {package} ({reason})", highlight=False, soft_wrap=True)
    for peer, note in notes().items():
        console.print(f"  {peer}: {note}", highlight=False, soft_wrap=True)
    console.print(_expected(result.cells))
    _show_slower(result.cells, console)
    if not 0.9 <= (share := result.cpu_share) <= 1.1:
        why = "the machine was busy with other things" if share < 1.0 else "something ran more than one thread"
        console.print(f"  careful: processor time is {share:.0%} of wall time; {why}", highlight=False, soft_wrap=True)
    if not result.machine.get("one_thread"):
        console.print("  careful: this process was not bound to one thread", highlight=False)


def _against(strategy: str, peer: str, cells: Sequence[Cell], dim: int) -> Table:
    found = Table(
        title=f"{strategy} against {peer} (D = {dim}, median ms)", title_justify="left", box=SIMPLE_HEAD, pad_edge=False
    )
    for column in ("N", "k", "ours", "peer", "ratio", "k x GEMV", "calls", "identical", "overlap"):
        found.add_column(column, justify="right")
    for cell in cells:
        timing = next((timing for timing in cell.peers if timing.name == peer), None)
        if cell.strategy != strategy or timing is None:
            continue
        ratio, agreement = cell.ratio(peer), timing.agreement
        assert ratio is not None
        found.add_row(
            str(cell.num_candidates),
            str(cell.k),
            _ms(cell.ours.median_ms),
            _ms(timing.median_ms),
            _factor(ratio),
            _ms(cell.bound.median_ms),
            f"{cell.ours.repetitions} / {timing.repetitions}",
            "-" if agreement is None else f"{agreement.share:.0%}",
            "-" if agreement is None else f"{agreement.overlap:.1%}",
        )
    return found


def _alone(cells: Sequence[Cell], dim: int) -> Table:
    lengths = sorted({cell.k for cell in cells})
    found = Table(title=f"Without a peer (D = {dim}, median ms)", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    found.add_column("strategy")
    for column in ("N", *(f"k = {k}" for k in lengths)):
        found.add_column(column, justify="right")
    peerless = {cell.strategy: None for cell in cells if not cell.peers and not cell.skipped}
    for strategy in peerless:
        for num in sorted({cell.num_candidates for cell in cells}):
            ms = {cell.k: cell.ours.median_ms for cell in cells if (cell.strategy, cell.num_candidates) == (strategy, num)}
            found.add_row(strategy, str(num), *(_ms(ms[k]) for k in lengths))
    return found


def _expected(cells: Sequence[Cell]) -> Table:
    found = Table(title="Expected, at every D (peer's time by ours)", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for column in ("strategy", "peer"):
        found.add_column(column)
    for column in ("N", "k", "at least", "measured", ""):
        found.add_column(column, justify="right" if column else "left")
    for verdict in expected.verdicts(cells):
        one = verdict.expected
        measured = "" if verdict.ratio is None else _factor(verdict.ratio)
        found.add_row(one.strategy, one.peer, str(one.num_candidates), str(one.k), _factor(one.factor), measured, verdict.told)
    return found


def _show_slower(cells: Sequence[Cell], console: Console) -> None:
    found = expected.slower(cells)
    compared = sum(len(cell.peers) for cell in cells)
    if not found:
        console.print(f"  nothing slower than its peer: met, in all {compared} comparisons", highlight=False)
        return
    console.print(f"  nothing slower than its peer: missed, in {len(found)} of {compared} comparisons", highlight=False)
    for one in found:
        cell = one.cell
        shape = f"N = {cell.num_candidates}, k = {cell.k}, D = {cell.dim}"
        console.print(f"    {cell.strategy} against {one.peer} at {shape}: {_factor(one.ratio)}", highlight=False)


def _ms(value: float) -> str:
    return f"{value:.3f}" if value < 1.0 else f"{value:.2f}" if value < 100.0 else f"{value:,.0f}"


def _factor(value: float) -> str:
    return f"{value:.2f}x" if value < 10.0 else f"{value:,.0f}x"
