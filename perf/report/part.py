"""What a performance tool found, in the form that the report's page shows: a finding, tables and pictures.

A tool writes two files into its results folder: ``summary.json`` with every figure, for scripts, and ``part.json``, which this
module reads and writes, for people.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from assortment.errors import InputError

PART: Final = "part.json"
SUMMARY: Final = "summary.json"
_BEFORE_FIGURES: Final = "+-~<>."


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of figures under their headings. Cells are text, rounded and with units as a reader wants them."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    @property
    def word_columns(self) -> set[int]:
        """Places of the columns that hold words, which stand to the left; figures stand to the right."""
        filled = [(place, cell) for row in self.rows for place, cell in enumerate(row) if cell]
        return {place for place, cell in filled if not (cell[0].isdigit() or cell[0] in _BEFORE_FIGURES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A plot that lies beside ``part.json``."""

    file: str
    """Its name in the results folder: SVG, PNG or WebP."""
    alt: str
    """What it shows, for those who do not see it."""
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One tool's part of the page."""

    tool: str
    """Name of the tool, and of its results folder under ``build/``."""
    title: str
    command: str
    """What makes it again, for instance ``make load CATALOGUE=fashion``."""
    finding: str
    """The answer in one or two sentences, with its figures."""
    made: str
    """Date and time, UTC, ISO 8601."""
    machine: str
    """Processor and cores."""
    incomplete: str = ""
    """Why the run ended before its end; empty for a whole one."""
    tables: Sequence[Table] = ()
    pictures: Sequence[Picture] = ()
    notes: Sequence[str] = field(default=())
    """Assumptions and limits, one sentence each."""

    def write(self, folder: Path) -> None:
        """Writes ``part.json`` into the tool's results folder."""
        (folder / PART).write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Part:
        """The part in a results folder.

        Raises:
            InputError: when its ``part.json`` is not there or not one.
        """
        path = folder / PART
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            tables = tuple(Table(**table) for table in told.pop("tables"))
            pictures = tuple(Picture(**picture) for picture in told.pop("pictures"))
            return cls(tables=tables, pictures=pictures, **told)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError("part", str(path), f"allowed: a part.json that one of the perf tools wrote ({error})") from error
