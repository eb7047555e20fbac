"""What a reader read, kept and skipped, and why: every problem is counted and named by its line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from assortment.errors import DataError
from assortment_client.contract import MAX_ID_CHARACTERS

FILENAME: Final = "summary.json"
_SHOWN_LINES: Final = 5
_SHOWN_CHARACTERS: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One kind of thing that is wrong with a row of a source."""

    name: str
    """In the words of the report, for instance "empty title"."""
    effect: str
    """What becomes of the row, for instance "skipped"."""
    serious: bool = True
    """Whether a strict import stops here."""


EMPTY_ID: Final = Problem(name="empty id", effect="skipped")
LONG_ID: Final = Problem(name=f"id of more than {MAX_ID_CHARACTERS} characters", effect="skipped")
DUPLICATE_ID: Final = Problem(name="duplicate id", effect="skipped")
EMPTY_TITLE: Final = Problem(name="empty title", effect="skipped")
BAD_ROW: Final = Problem(name="row that does not parse", effect="skipped")
BAD_PICTURE: Final = Problem(name="picture that cannot be decoded", effect="kept without picture")
BAD_PRICE: Final = Problem(name="price that is no number", effect="kept without price")
TWO_PRICES: Final = Problem(name="price that may be read in two ways", effect="kept without price; --decimal tells")
BAD_CURRENCY: Final = Problem(name="currency that is no ISO 4217 code", effect="kept without currency")
BAD_RATING: Final = Problem(name="rating outside 0 to 5", effect="kept without rating")
NO_RATING: Final = Problem(name="rating of 0 without ratings", effect="kept without rating", serious=False)
BAD_RATING_COUNT: Final = Problem(name="number of ratings that is no whole number", effect="kept without it")
BAD_STOCK: Final = Problem(name="stock that is no whole number", effect="kept without stock")
TWO_NUMBERS: Final = Problem(name="number that may be read in two ways", effect="kept without it; --decimal tells")
BAD_DATE: Final = Problem(name="date that cannot be read", effect="kept without date")
BAD_ATTRIBUTES: Final = Problem(name="attributes that are no JSON object", effect="kept without them")
OTHER_CURRENCY: Final = Problem(name="price in another currency than the product's", effect="kept without price")
NOTHING_NEW: Final = Problem(name="offer without news", effect="skipped", serious=False)
REFUSED_PATH: Final = Problem(name="path that leads out of its folder", effect="refused, kept without it")
NOT_UTF8: Final = Problem(name="line that is not UTF-8", effect="read as Windows-1252", serious=False)
NO_PICTURE: Final = Problem(name="no picture", effect="kept without picture", serious=False)
UNQUOTED_COMMA: Final = Problem(name="unquoted comma", effect="repaired", serious=False)


def list_in(column: str) -> Problem:
    """Several values in an attribute's column, which become one."""
    effect = 'kept as one value ("S, M"), which a filter has to name whole'
    return Problem(name=f"list in {column}", effect=effect, serious=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem in one row."""

    line: int
    """Line of the source file, from 1."""
    value: str
    """What stands there, shortened."""


@dataclass(slots=True, kw_only=True)
class ReadSummary:
    """Filled by a reader while it reads."""

    source: str
    """What is read, for messages: the name of the file."""
    strict: bool = False
    """Whether a serious problem is fatal."""
    read: int = 0
    """Rows seen, without the header."""
    kept: int = 0
    """Products yielded."""
    findings: dict[Problem, list[Finding]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """What is worth knowing about the source as a whole, a sentence each."""
    unused_columns: Counter[str] = field(default_factory=Counter)
    """Columns that were not understood, with the number of rows that fill them."""

    @property
    def skipped(self) -> int:
        """Rows that gave no product."""
        return self.read - self.kept

    def report(self, problem: Problem, *, line: int, value: object) -> None:
        """Counts a problem.

        Raises:
            DataError: when the import is strict and the problem serious.
        """
        told = value if isinstance(value, str) else repr(value)
        if len(told) > _SHOWN_CHARACTERS:
            told = told[: _SHOWN_CHARACTERS - 3] + "..."
        if self.strict and problem.serious:
            raise DataError(
                f"{self.source}, line {line}: {problem.name}: {told!r}. The import is strict; correct the line, or import "
                f"without --strict (the row would be {problem.effect})"
            )
        self.findings.setdefault(problem, []).append(Finding(line, told))

    def note_currencies(self, prices: Mapping[str, int]) -> None:
        """Says so when prices are in several currencies: ``prices`` has their numbers, "" for an unknown currency."""
        if len(prices) > 1:
            told = ", ".join(f"{currency or 'none'} {count:,}" for currency, count in Counter(prices).most_common())
            self.notes.append(f"currencies are mixed, prices do not compare: {told} products")

    def count(self, problem: Problem) -> int:
        """How often a problem was met."""
        return len(self.findings.get(problem, ()))

    def headline(self) -> str:
        """One line."""
        return f"{self.source}: {self.read:,} rows read, {self.kept:,} products kept, {self.skipped:,} skipped"

    def remarks(self) -> list[str]:
        """The notes, and the columns that were not used."""
        unused = ", ".join(f"{name} ({count:,} rows)" for name, count in self.unused_columns.most_common())
        return [*self.notes, *([f"{len(self.unused_columns)} columns not used: {unused}"] if unused else [])]

    def table(self) -> Table:
        """A row for each problem, for the terminal."""
        table = Table()
        for column in ("problem", "rows", "what was done", "lines"):
            table.add_column(column, justify="right" if column == "rows" else "left")
        for problem, findings in self.findings.items():
            lines = ", ".join(str(finding.line) for finding in findings[:_SHOWN_LINES])
            more = f" and {len(findings) - _SHOWN_LINES:,} more" if len(findings) > _SHOWN_LINES else ""
            table.add_row(problem.name, f"{len(findings):,}", problem.effect, lines + more)
        return table

    def as_dict(self) -> dict[str, Any]:
        """The long form, every line named: the contents of ``summary.json``."""
        problems = {
            problem.name: {
                "count": len(findings),
                "effect": problem.effect,
                "rows": [{"line": finding.line, "value": finding.value} for finding in findings],
            }
            for problem, findings in self.findings.items()
        }
        counts = {"source": self.source, "read": self.read, "kept": self.kept, "skipped": self.skipped}
        return {**counts, "notes": self.notes, "unused_columns": dict(self.unused_columns.most_common()), "problems": problems}

    def write(self, folder: Path) -> None:
        """Writes ``summary.json``."""
        text = json.dumps(self.as_dict(), indent=1, ensure_ascii=False)
        (folder / FILENAME).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read_from(cls, folder: Path) -> ReadSummary:
        """Reads ``summary.json`` back.

        Raises:
            DataError: when it is missing or damaged.
        """
        try:
            told = json.loads((folder / FILENAME).read_text(encoding="utf-8"))
            findings = {
                Problem(name=name, effect=problem["effect"]): [Finding(row["line"], row["value"]) for row in problem["rows"]]
                for name, problem in told["problems"].items()
            }
            counts = {name: told[name] for name in ("source", "read", "kept", "notes")}
            return cls(**counts, unused_columns=Counter(told["unused_columns"]), findings=findings)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{folder / FILENAME} cannot be read ({error}); run `assortment catalogue` again") from None
