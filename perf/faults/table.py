"""What faults cost: one line for each fault and client, as a table, as Markdown for the documentation, and as JSON."""

from __future__ import annotations

import collections
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from assortment_client import Overloaded
from perf.cores import processor
from perf.faults.steady import FACES, Outcome

SUMMARY: Final = "summary.json"
MARKDOWN: Final = "table.md"
_HEADINGS: Final = ("fault", "client", "calls", "failed", "shed", "asked again", "ms before", "ms after", "worst, ms")


def shed(outcome: Outcome) -> bool:
    """Whether the replica that was well was too busy for it, which is not the fault's doing."""
    error = outcome.error
    return error is not None and any(attempt.error == Overloaded.__name__ for attempt in error.attempts)


def failed(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Calls that ended in an error, but for shed ones."""
    return [one for one in outcomes if one.error is not None and not shed(one)]


def latency_ms(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """p50, p99 and the longest of all calls, milliseconds; NaN of none."""
    taken = np.array([one.seconds for one in outcomes] or [np.nan]) * 1e3
    figures = (np.percentile(taken, 50), np.percentile(taken, 99), taken.max())
    return {name: round(float(value), 1) for name, value in zip(("p50", "p99", "max"), figures, strict=True)}


@dataclass(slots=True)
class FaultTable:
    """Rows in the order in which faults were tried."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    overload: dict[str, Any] = field(default_factory=dict)
    """What became of several times the capacity."""

    def add(self, fault: str, before: Sequence[Outcome], after: Sequence[Outcome]) -> None:
        """A row for each client: calls of the quiet span before a fault, and of the span from the fault on."""
        for face in FACES:
            quiet, hit = ([one for one in span if one.face == face] for span in (before, after))
            errors = collections.Counter(type(one.error).__name__ for one in failed(hit))
            self.rows.append(
                {
                    "fault": fault,
                    "client": face,
                    "calls": len(hit),
                    "failed": len(failed(hit)),
                    "errors": dict(errors),
                    "shed": sum(map(shed, hit)),
                    "asked_again": sum(one.attempts > 1 for one in hit),
                    "attempts": sum(one.attempts for one in hit),
                    "before_ms": latency_ms(quiet),
                    "after_ms": latency_ms(hit),
                }
            )

    def lines(self) -> list[tuple[str, ...]]:
        """The cells of the table under ``_HEADINGS``."""
        return [
            (
                row["fault"],
                row["client"],
                str(row["calls"]),
                str(row["failed"]),
                str(row["shed"]),
                str(row["asked_again"]),
                *(f"{row[span]['p50']:.0f} / {row[span]['p99']:.0f}" for span in ("before_ms", "after_ms")),
                f"{row['after_ms']['max']:.0f}",
            )
            for row in self.rows
        ]

    def show(self, console: Console) -> None:
        """Prints it."""
        table = Table(title="Two replicas under steady load (ms: p50 / p99 of all calls)", title_justify="left")
        for place, heading in enumerate(_HEADINGS):
            table.add_column(heading, justify="left" if place < 2 else "right")
        for line in self.lines():
            table.add_row(*line)
        console.print(table)
        if self.overload:
            console.print(f"  overload: {json.dumps(self.overload)}", highlight=False, soft_wrap=True)

    def write(self, folder: Path) -> None:
        """Writes ``summary.json`` and ``table.md``."""
        folder.mkdir(parents=True, exist_ok=True)
        told = {"faults": self.rows, "overload": self.overload, "processor": processor()}
        (folder / SUMMARY).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        lines = [_HEADINGS, ("---",) * len(_HEADINGS), *self.lines()]
        (folder / MARKDOWN).write_text("".join(f"| {' | '.join(line)} |\n" for line in lines), encoding="utf-8")
