"""Tables of delimited text (CSV and its kin) as shops export them: any of four delimiters, UTF-8 or not, quoted line breaks.

A row that does not have the header's number of fields is reported and skipped. When such a row spans several lines, a stray
quote is to blame: only its first line is given up, and reading goes on with the second.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assortment.catalogue.fields import tidy
from assortment.catalogue.readers.files import lines_of
from assortment.catalogue.summary import BAD_ROW, NOT_UTF8, ReadSummary
from assortment.errors import DataError

DELIMITERS: Final = (",", ";", "\t", "|")
_MAX_LINES: Final = 300  # of one row; a quote that stays open longer is a stray one


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file."""

    number: int
    """From 1."""
    text: str
    is_utf8: bool


class DelimitedTable:
    """A file with a header, opened: its columns are known, its rows are read as often as wanted."""

    def __init__(self, path: Path, *, required: Iterable[str] = ()) -> None:
        """Reads the header and finds the delimiter in it: the one that gives most columns.

        Raises:
            DataError: when the file cannot be read, has no header, names a column twice, or lacks a ``required`` one.
        """
        self.path = path
        header = next((line for line in _lines(path) if line.text.strip()), None)
        if header is None:
            raise DataError(f"{path} is empty; it must start with a line of column names")
        self._header = header.number
        try:
            self.delimiter = max(DELIMITERS, key=lambda mark: len(_split(header.text, mark)))
            names = [tidy(name) for name in _split(header.text, self.delimiter)]
        except csv.Error as error:
            raise DataError(f"{path}, line {header.number}: {header.text[:60]!r} is no line of column names ({error})") from None
        self.columns = [name or f"column {place}" for place, name in enumerate(names, start=1)]
        if twice := sorted({name for name in self.columns if self.columns.count(name) > 1}):
            raise DataError(f"{path}, line {header.number}: column {', '.join(twice)} is named twice; give each its own name")
        if missing := sorted(set(required).difference(self.columns)):
            raise DataError(
                f"{path}, line {header.number}: columns {', '.join(missing)} are missing; found: {', '.join(self.columns)}"
            )

    def rows(self, summary: ReadSummary) -> Iterator[tuple[int, dict[str, str]]]:
        """Line number and values, as written, of every row that parses; ``summary`` gets the others and how many were read."""
        lines = (line for line in _lines(self.path) if line.number > self._header)
        for taken, fields, problem in _records(lines, self.delimiter, len(self.columns)):
            first = taken[0]
            if not fields and not problem:
                continue
            summary.read += 1
            if problem:
                summary.report(BAD_ROW, line=first.number, value=f"{problem}: {first.text[:60]!r}")
                continue
            for line in taken:
                if not line.is_utf8:
                    summary.report(NOT_UTF8, line=line.number, value=line.text.strip())
            yield first.number, dict(zip(self.columns, fields, strict=True))

    def count(self) -> int:
        """About how many rows there are: lines, so more when values span several."""
        return sum(1 for _ in lines_of(self.path)) - self._header


def _lines(path: Path) -> Iterator[Line]:
    for number, raw in enumerate(lines_of(path), start=1):
        try:
            yield Line(number, raw.decode("utf-8-sig" if number == 1 else "utf-8").replace("\0", " "), True)
        except UnicodeDecodeError:
            yield Line(number, raw.decode("cp1252", errors="replace").replace("\0", " "), False)


def _split(text: str, delimiter: str) -> list[str]:
    return next(csv.reader([text.rstrip("\r\n")], delimiter=delimiter), [])


def _records(lines: Iterator[Line], delimiter: str, width: int) -> Iterator[tuple[list[Line], list[str], str]]:
    """The lines of each row, its fields, and what is wrong with it; blank lines have neither fields nor a problem."""
    pending: deque[Line] = deque()
    while True:
        feed = _Feed(pending, lines)
        fields, problem = _record(feed, delimiter, strict=True)
        taken = feed.taken
        if not taken:
            return
        if problem or feed.ended or (len(taken) > 1 and len(fields) != width):
            pending.extendleft(reversed(taken[1:]))
            taken = taken[:1]
            fields, problem = _record(iter([taken[0].text]), delimiter, strict=False)
        if not taken[0].text.strip():
            fields = []
        elif len(fields) > width and not any(fields[width:]):
            fields = fields[:width]  # trailing delimiters
        if fields and len(fields) != width:
            problem = f"{len(fields)} fields instead of {width}"
        yield taken, fields, problem


class _Feed:
    """The text of the next lines, as many as a row asks for, but _MAX_LINES."""

    def __init__(self, pending: deque[Line], lines: Iterator[Line]) -> None:
        self.taken: list[Line] = []
        self.ended = False
        """Whether the row asked for more than there was: a quote stayed open."""
        self._pending = pending
        self._lines = lines

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._pending.popleft() if self._pending else next(self._lines, None)
        if line is None or len(self.taken) == _MAX_LINES:
            self.ended = True
            if line is not None:
                self._pending.appendleft(line)
            raise StopIteration
        self.taken.append(line)
        return line.text


def _record(texts: Iterator[str], delimiter: str, *, strict: bool) -> tuple[list[str], str]:
    """The first row in ``texts`` and what keeps it from being read; when ``strict``, a quote in the wrong place does."""
    try:
        return next(csv.reader(texts, delimiter=delimiter, strict=strict), []), ""
    except csv.Error as error:
        return [], str(error)
