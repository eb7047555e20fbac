"""The CSV that perf_analyzer writes with ``-f FILE --verbose-csv``: one row for each load it measured."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from assortment.errors import StepError

_LOADS: Final = ("Concurrency", "Request Rate")
_MS: Final = {
    "p50_ms": "p50 latency",
    "p90_ms": "p90 latency",
    "p95_ms": "p95 latency",
    "p99_ms": "p99 latency",
    "mean_ms": "Avg latency",
    "client_send_ms": "Client Send",
    "network_ms": "Network+Server Send/Recv",
    "queue_ms": "Server Queue",
    "compute_input_ms": "Server Compute Input",
    "compute_infer_ms": "Server Compute Infer",
    "compute_output_ms": "Server Compute Output",
    "client_receive_ms": "Client Recv",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row; times in milliseconds, the file has microseconds.

    Of an ensemble perf_analyzer counts the steps' queues to ``network_ms``: read those of the steps instead.
    """

    load: float
    """Requests in flight, or requests a second."""
    told_per_s: float
    """Answers a second as perf_analyzer tells them: by whole seconds, see ``Measurement.per_s``."""
    p50_ms: float
    p90_ms: float
    p95_ms: float
    p99_ms: float
    mean_ms: float
    client_send_ms: float
    network_ms: float
    queue_ms: float
    compute_input_ms: float
    compute_infer_ms: float
    compute_output_ms: float
    client_receive_ms: float

    def as_dict(self) -> dict[str, Any]:
        """To the microsecond, for a summary."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def read(path: Path) -> list[Row]:
    """The rows of a file, as it orders them: by throughput.

    Raises:
        StepError: when the file is missing, or a column or figure is.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [_row(cells) for cells in csv.DictReader(file)]
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise StepError(
            f"{path} is not a CSV of perf_analyzer with --verbose-csv: {type(error).__name__} {str(error)[:200]}"
        ) from error


def _row(cells: dict[str, str]) -> Row:
    load = next(float(cells[name]) for name in _LOADS if name in cells)
    times = {field: float(cells[column]) / 1_000 for field, column in _MS.items()}
    return Row(load=load, told_per_s=float(cells["Inferences/Second"]), **times)
