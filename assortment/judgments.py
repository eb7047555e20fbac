"""Judged queries: what ranked results are measured against, from a frozen protocol or from a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

from assortment.errors import DataError, InputError
from assortment.protocol.grades import MAX_GRADE
from assortment.protocol.splits import Split
from assortment.protocol.store import Protocol
from assortment.protocol.wishes import Kind

_REQUIRED: Final = ("query", "id", "grade")
_OPTIONAL: Final = "subtopic"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedQuery:
    """A query with its graded products."""

    id: str
    text: str
    kind: Kind
    grades: Mapping[str, int]
    """Product id to grade, 1 to 3 (or 0, which is the same as being absent)."""
    subtopics: Mapping[str, tuple[str, ...]]
    """Product id to the subtopics that it covers."""


def from_protocol(protocol: Protocol, split: Split) -> list[JudgedQuery]:
    """The dev or test queries of a protocol with their derived grades."""
    return [
        JudgedQuery(
            id=query.id,
            text=query.query,
            kind=query.kind,
            grades=protocol.judgments.get(query.id, {}),
            subtopics=protocol.subtopics.get(query.id, {}),
        )
        for query in protocol.queries(split)
    ]


def from_csv(path: Path, columns: Mapping[str, str] | None = None) -> list[JudgedQuery]:
    """Judged queries from a CSV file with the header ``query,id,grade`` and, if wanted, ``subtopic``; in the file's order.

    ``columns`` tells which of these the file calls otherwise, for instance ``{"id": "docid"}``.

    ``query`` is the query's text or an id that the results carry too. ``grade`` is a whole number from 0 to 3. A product that
    covers several subtopics has a line for each. Subtopics count where the grade is at least 1, as in TREC's ndeval. A query
    of two or more subtopics is ambiguous.

    Raises:
        DataError: naming file, line and field of what cannot be used.
    """
    called = {name: name for name in (*_REQUIRED, _OPTIONAL)} | dict(columns or {})
    queries: dict[str, _Collected] = {}
    with _open(path) as file:
        for line, row in _rows(path, csv.DictReader(file, strict=True), called):
            query, product = _filled(path, line, row, called["query"]), _filled(path, line, row, called["id"])
            collected = queries.setdefault(query, _Collected())
            grade = _grade(path, line, row, called["grade"])
            subtopic = (row.get(called[_OPTIONAL]) or "").strip()
            collected.add(f"{path}, line {line}", product, grade, subtopic)
    if not queries:
        raise DataError(f"{path} holds no judgments, only a header")
    return [collected.judged(query) for query, collected in queries.items()]


@dataclass(kw_only=True, slots=True)
class _Collected:
    """The judgments of one query while its file is read."""

    grades: dict[str, int] = field(default_factory=dict)
    subtopics: dict[str, set[str]] = field(default_factory=dict)

    def add(self, where: str, product: str, grade: int, subtopic: str) -> None:
        known = self.grades.setdefault(product, grade)
        if known != grade:
            raise DataError(f"{where}, field grade: {grade} for product {product!r}, which has {known} on an earlier line")
        covered = self.subtopics.setdefault(product, set())
        if subtopic in covered:
            raise DataError(f"{where}, field subtopic: {subtopic!r} of product {product!r} stands on an earlier line too")
        covered.add(subtopic)

    def judged(self, query: str) -> JudgedQuery:
        covering = {product: tuple(sorted(names - {""})) for product, names in self.subtopics.items() if self.grades[product] > 0}
        subtopics = {product: names for product, names in covering.items() if names}
        distinct = {name for names in subtopics.values() for name in names}
        kind: Kind = "ambiguous" if len(distinct) > 1 else "unambiguous"
        return JudgedQuery(id=query, text=query, kind=kind, grades=self.grades, subtopics=subtopics)


def _open(path: Path) -> TextIO:
    try:
        return path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None


def parse_columns(written: Sequence[str]) -> dict[str, str]:
    """``["id=docid"]`` as ``{"id": "docid"}``.

    Raises:
        InputError: for anything but a column of ours, an equals sign, and a name.
    """
    columns: dict[str, str] = {}
    for pair in written:
        name, _, theirs = pair.partition("=")
        if name not in (*_REQUIRED, _OPTIONAL) or not theirs or name in columns:
            raise InputError("--map", pair, f"allowed: {', '.join((*_REQUIRED, _OPTIONAL))}, each once, as id=docid")
        columns[name] = theirs
    return columns


def _rows(path: Path, reader: csv.DictReader[str], called: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with the line that it ends on."""
    try:
        found = reader.fieldnames or []
        missing = [name for name in _REQUIRED if called[name] not in found]
        if missing:
            told = f"the header is query,id,grade[,subtopic], but here it is {','.join(found)}"
            raise DataError(f"{path}, line 1: the column {called[missing[0]]!r} is missing; {told}: --map {missing[0]}=NAME")
        for row in reader:
            if None in row or None in row.values():
                header = ",".join(reader.fieldnames or [])
                raise DataError(f"{path}, line {reader.line_num}: does not have the fields of the header, {header}")
            yield reader.line_num, row
    except UnicodeDecodeError as error:
        raise DataError(f"{path}, after line {reader.line_num}: not UTF-8 ({error.reason}); save the file as UTF-8") from None
    except csv.Error as error:
        raise DataError(f"{path}, after line {reader.line_num}: not CSV ({error})") from None


def _filled(path: Path, line: int, row: Mapping[str, str], name: str) -> str:
    value = row[name].strip()
    if not value:
        raise DataError(f"{path}, line {line}, field {name}: is empty")
    return value


def _grade(path: Path, line: int, row: Mapping[str, str], name: str) -> int:
    text = row[name].strip()
    if text not in {str(grade) for grade in range(MAX_GRADE + 1)}:
        raise DataError(f"{path}, line {line}, field {name}: {text!r} is no whole number from 0 to {MAX_GRADE}")
    return int(text)
