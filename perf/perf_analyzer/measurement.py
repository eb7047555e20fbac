"""One call of perf_analyzer: one model, one load, a fixed number of real requests."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from assortment.errors import ServerError
from perf import stages
from perf.patience import SHED
from perf.perf_analyzer import csv_report
from perf.perf_analyzer.binary import PerfAnalyzer
from perf.perf_analyzer.csv_report import Row
from perf.stages import Stage, Statistics

_TIMEOUT_S: Final = 30.0
_SLOWEST_PER_S: Final = 5.0  # below so many answers a second a server counts as hung

LoadKind = Literal["concurrency", "rate"]
_FLAGS: Final[dict[LoadKind, tuple[str, ...]]] = {
    "concurrency": ("--concurrency-range",),
    "rate": ("--request-distribution", "poisson", "--request-rate-range"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one call measures."""

    model: str
    kind: LoadKind
    load: float
    """Requests in flight, or a second."""
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What came of it."""

    target: Target
    row: Row | None
    """None when the server refused a request: perf_analyzer ends at the first one it does not get an answer to."""
    stages: Sequence[Stage] = ()
    """By Triton's statistics, ``perf.stages``: the model and, of an ensemble, each of its steps."""

    @property
    def per_s(self) -> float:
        """Answers a second; 0 when it was refused.

        In a closed loop, requests in flight over their mean time (Little 1961, "A Proof for the Queuing Formula: L = lambda W"):
        with ``--request-count``, perf_analyzer's own figure divides by whole seconds, which turns a curve into stairs (2.51: 300
        answers of 36 ms, four in flight, were told as 99.9 a second). With arrivals at a rate it is that figure.
        """
        if self.row is None:
            return 0.0
        return self.target.load / self.row.mean_ms * 1_000 if self.target.kind == "concurrency" else self.row.told_per_s


def measure(binary: PerfAnalyzer, address: str, target: Target, data: Path, statistics: Statistics, csv: Path) -> Measurement:
    """Runs perf_analyzer and reads its CSV.

    Args:
        binary: what to run.
        address: host:port of the gRPC door.
        target: what to measure.
        data: the model's file of ``input_data``.
        statistics: of the same server.
        csv: where its file goes, and stays.

    Raises:
        ServerError: when the server does not answer for another reason than its queue policy, or when perf_analyzer hangs twice.
    """
    before = statistics.snapshot()
    ended = _ended(command(binary, address, target, data, csv), binary, target.requests)
    if ended is None:
        before = statistics.snapshot()  # raises when the server is gone
        ended = _ended(command(binary, address, target, data, csv), binary, target.requests)
    if ended is None:
        raise ServerError(
            f"perf_analyzer got no {target.requests} answers of {target.model} in {_patience_s(target.requests):.0f} s, twice, "
            "from a server that tells its statistics"
        )
    counted = stages.stages(stages.between(before, statistics.snapshot()))
    if ended.returncode == 0 and csv.is_file():
        return Measurement(target=target, row=csv_report.read(csv)[0], stages=counted)
    told = complaint(ended.stdout + ended.stderr)
    if SHED in told:
        return Measurement(target=target, row=None, stages=counted)
    raise ServerError(f"perf_analyzer on {target.model} ended with code {ended.returncode}: {told}")


def _ended(called: Sequence[str], binary: PerfAnalyzer, requests: int) -> subprocess.CompletedProcess[str] | None:
    """What came of it; None when it hung, which it did once in some hundred calls on a busy machine (2.51), and was stopped."""
    try:
        return subprocess.run(
            called, env=binary.environment, capture_output=True, text=True, check=False, timeout=_patience_s(requests)
        )
    except subprocess.TimeoutExpired:
        return None


def _patience_s(requests: int) -> float:
    return _TIMEOUT_S + requests / _SLOWEST_PER_S


def command(binary: PerfAnalyzer, address: str, target: Target, data: Path, csv: Path) -> list[str]:
    """What is called, for a log or for a reader who wants to do it by hand."""
    asked = ["-m", target.model, "-i", "grpc", "-u", address, "--async", "--input-data", str(data)]
    load = [*_FLAGS[target.kind], f"{target.load:g}"]
    return [str(binary.path), *asked, *load, "--request-count", str(target.requests), "-f", str(csv), "--verbose-csv"]


def complaint(told: str) -> str:
    """The first error among what it told, else the last of its words."""
    found = re.search(r"had error: (.+)", told) or re.search(r"(?i)\berror: (.+)", told)
    return found[1].strip() if found else " ".join(told.split())[-300:]
