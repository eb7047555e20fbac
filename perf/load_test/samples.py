"""One line a request, written as it ends, so that whatever ends a run leaves all that was measured until then.

    due_s,sent_s,took_s,kind,outcome

``due_s`` counts from the start of the first phase, ``took_s`` from when the request was due; ``outcome`` is "answered", the
name of the client's error, or "NotSent" when the client had no endpoint left that it would have asked.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

ANSWERED: Final = "answered"
NOT_SENT: Final = "NotSent"
PATTERN: Final = "samples-*.csv"


@dataclass(frozen=True, slots=True)
class Sample:
    """What became of one request. Times in seconds."""

    due_s: float
    sent_s: float
    took_s: float
    kind: str
    outcome: str

    @property
    def behind_s(self) -> float:
        """How long after it was due it was sent: the generator's own lateness."""
        return max(0.0, self.sent_s - self.due_s)


class SampleWriter:
    """The file of one worker."""

    def __init__(self, folder: Path, worker: int) -> None:
        """Begins ``samples-<worker>.csv``."""
        self._file: TextIO = (folder / PATTERN.replace("*", str(worker))).open("w", encoding="utf-8", buffering=1)

    def write(self, sample: Sample) -> None:
        """One line, at once."""
        times = f"{sample.due_s:.6f},{sample.sent_s:.6f},{sample.took_s:.6f}"
        self._file.write(f"{times},{sample.kind},{sample.outcome}\n")

    def close(self) -> None:
        """Ends the file."""
        self._file.close()


def read(folder: Path) -> list[Sample]:
    """The samples of all workers, by when they were due. A last line that was cut short is left out."""
    return sorted((sample for path in folder.glob(PATTERN) for sample in _samples(path)), key=lambda sample: sample.due_s)


def _samples(path: Path) -> Iterator[Sample]:
    text = path.read_text(encoding="utf-8")
    for due, sent, took, kind, outcome in csv.reader(text[: text.rfind("\n") + 1].splitlines()):
        yield Sample(float(due), float(sent), float(took), kind, outcome)
