"""What the fault table makes of calls."""

from __future__ import annotations

import json
from pathlib import Path

from assortment_client import Overloaded, SearchError, Unavailable
from assortment_client.errors import FailedAttempt
from perf.faults.steady import Outcome
from perf.faults.table import FaultTable, failed


def outcome(seconds: float, *, face: str = "sync", error: SearchError | None = None, attempts: int = 1) -> Outcome:
    return Outcome(face=face, at=0.0, seconds=seconds, error=error, endpoint="" if error else "a:1", attempts=attempts, version=1)


def test_each_client_has_a_row_and_shed_calls_are_no_failures(tmp_path: Path) -> None:
    table = FaultTable()
    down, busy = Unavailable("down"), Overloaded("busy")
    busy.attempts = (FailedAttempt(1, "a:1", "first", "Overloaded", "busy", 0.1),)
    after = [outcome(0.010), outcome(1.0, attempts=2), outcome(0.5, error=down, attempts=2), outcome(0.2, error=busy, attempts=1)]
    assert failed(after) == [after[2]]
    table.add("SIGKILL", [outcome(0.005), outcome(0.007, face="async")], after)
    table.write(tmp_path)
    sync, tasks = json.loads((tmp_path / "summary.json").read_text())["faults"]
    assert (sync["calls"], sync["failed"], sync["shed"], sync["asked_again"], sync["attempts"]) == (4, 1, 1, 2, 6)
    assert sync["errors"] == {"Unavailable": 1}
    assert sync["before_ms"]["p50"] == 5.0
    assert sync["after_ms"]["max"] == 1000.0
    assert (tasks["client"], tasks["calls"]) == ("async", 0)
    assert "| SIGKILL | sync | 4 | 1 | 1 | 2 | 5 / 5 | " in (tmp_path / "table.md").read_text()
