"""What the server says of its own stages, second by second, beside what its callers saw.

Triton's statistics need the admin key; how a text search divides inside its one model stands on the metrics page. Each reading is
one line of JSON, written at once:

    {"at_s": 12.0, "models": {"text_search": {"requests": ..., "total_ns": ...}}, "inner_us": {"scorer": ...}}
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from assortment.admin import AdminKey
from assortment.errors import ServerError
from perf import stage_shares
from perf.stages import Counters, Stage, Statistics, between, stages

FILE: Final = "stages.jsonl"
_LATE_S: Final = 0.5  # that a reading may lie beyond the edge of its phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Counters since the server started."""

    at_s: float
    """From the start of the first phase."""
    models: Mapping[str, Counters]
    inner_us: Mapping[str, float]

    def line(self) -> str:
        """As one line of the file."""
        models = {model: asdict(counters) for model, counters in self.models.items()}
        return json.dumps({"at_s": self.at_s, "models": models, "inner_us": dict(self.inner_us)}) + "\n"


class ServerTimes:
    """Reads a server's counters."""

    def __init__(self, address: str, admin_key_file: Path, metrics_address: str) -> None:
        """``address`` and ``metrics_address`` are host:port of its gRPC and its metrics endpoint; the latter may be empty.

        Raises:
            StepError: when the key cannot be read.
        """
        self._statistics = Statistics(address, AdminKey.read(admin_key_file))
        self._metrics_address = metrics_address

    def read(self, at_s: float) -> Reading:
        """One reading.

        Raises:
            ServerError: when the server does not tell.
        """
        try:
            inner = stage_shares.durations_us(self._metrics_address) if self._metrics_address else {}
        except OSError as error:
            raise ServerError(f"the server's metrics page cannot be read: {error}") from error
        return Reading(at_s=at_s, models=self._statistics.snapshot(), inner_us=inner)


def readings(folder: Path) -> list[Reading]:
    """All readings of a run, in order; none when the server's counters were not read."""
    path = folder / FILE
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8")
    told = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
    return [
        Reading(
            at_s=one["at_s"],
            models={model: Counters(**counters) for model, counters in one["models"].items()},
            inner_us=one["inner_us"],
        )
        for one in told
    ]


def of_phase(found: Sequence[Reading], start_s: float, end_s: float) -> tuple[list[Stage], dict[str, float]]:
    """Stages, and shares inside ``text_search``, between the first and the last reading of a phase; empty without two."""
    within = [reading for reading in found if start_s - 1e-3 <= reading.at_s <= end_s + _LATE_S]
    if len(within) < 2:
        return [], {}
    first, last = within[0], within[-1]
    return stages(between(first.models, last.models)), stage_shares.between(first.inner_us, last.inner_us)
