"""The training-pair file of the mission's source: a CSV file with the columns ``label,query,desc,price``.

``label`` is 0 or 1, or a grade (any number from 0 up); ``price`` may be empty. Columns may stand in any order and among
others. A quoted field may hold commas and line breaks; commas of an unquoted row that has too many belong to ``desc``; a
stray quote damages its own line only. What cannot be used is counted and named by its line.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from assortment.catalogue.fields import parse_price, tidy
from assortment.catalogue.summary import BAD_PRICE, BAD_ROW, UNQUOTED_COMMA, Problem, ReadSummary
from assortment.errors import DataError
from assortment.text import normalise

COLUMNS: Final = ("label", "query", "desc", "price")
BAD_LABEL: Final = Problem(name="label that is no number from 0 up", effect="skipped")
EMPTY_QUERY: Final = Problem(name="empty query", effect="skipped")
EMPTY_DESC: Final = Problem(name="empty desc", effect="skipped")
REPEATED_PAIR: Final = Problem(name="pair that stands above already", effect="skipped")
CONTRADICTED_PAIR: Final = Problem(name="pair that stands above with another label", effect="skipped")
NO_PRICE: Final = Problem(name="no price", effect="kept without price", serious=False)
_MAX_LINES: Final = 50  # of one row; a quote that is still open then is a stray one


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One row: a query, a product's description, and whether they go together."""

    line: int
    """Where the row starts in its file, from 1."""
    label: float | None
    """0 or 1, or a grade; None in a file that is only to be scored."""
    query: str
    desc: str
    price: float | None
    """Above zero, in whatever currency the file uses throughout; None when there is none."""

    @property
    def query_key(self) -> str:
        """The query as it is compared: white space, case and Unicode forms do not make another query."""
        return normalise(self.query).casefold()


def read_pairs(file: Path, summary: ReadSummary, *, labelled: bool = True, to_score: bool = False) -> list[Pair]:
    """Reads every usable row and fills ``summary``.

    Without ``labelled`` the column label may be missing and is not checked; in a file ``to_score`` a row may have none.

    Raises:
        DataError: when the file cannot be read, lacks a column, has no usable row, or (strict) has a faulty one.
    """
    lines = _lines(file)
    columns = _header(file, lines, labelled=labelled)
    found: dict[tuple[str, str, float | None], Pair] = {}
    for line, values in _rows(lines, columns, summary):
        if (pair := _pair(line, values, summary, labelled=labelled, to_score=to_score)) is None:
            continue
        key = (pair.query_key, normalise(pair.desc).casefold(), pair.price)
        if (before := found.get(key)) is None:
            found[key] = pair
            continue
        contradicted = None not in (before.label, pair.label) and before.label != pair.label
        summary.report(CONTRADICTED_PAIR if contradicted else REPEATED_PAIR, line=line, value=f"query {pair.query}")
        if before.label is None:
            found[key] = replace(before, label=pair.label)
    pairs = list(found.values())
    summary.kept = len(pairs)
    if not pairs:
        raise DataError(f"{file} has no usable row: {summary.read:,} read, all skipped{_first_finding(summary)}")
    return pairs


def has_labels(file: Path) -> bool:
    """Whether a file has the column ``label``.

    Raises:
        DataError: when it cannot be read or lacks one of the other columns.
    """
    return "label" in _header(file, _lines(file), labelled=False)


def write_pairs(file: Path, pairs: Iterable[Pair]) -> None:
    """Writes a pair file: UTF-8, every row on its own line, labels without decimals where they have none."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for pair in pairs:
            label = "" if pair.label is None else f"{pair.label:g}"
            writer.writerow((label, pair.query, pair.desc, "" if pair.price is None else f"{pair.price:.2f}"))


def headline(summary: ReadSummary) -> str:
    """What was read, in one line."""
    return f"{summary.source}: {summary.read:,} rows read, {summary.kept:,} pairs kept, {summary.skipped:,} skipped"


def _lines(file: Path) -> list[str]:
    try:
        with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
            return [line.replace("\0", " ") for line in text]
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}); give a CSV file with the columns {_names()}") from None


def _header(file: Path, lines: Sequence[str], *, labelled: bool) -> list[str]:
    columns = [name.strip().casefold() for name in next(csv.reader(lines[:1]), [])]
    wanted = COLUMNS if labelled else COLUMNS[1:]
    if missing := [name for name in wanted if name not in columns]:
        raise DataError(
            f"{file}, line 1: columns {', '.join(missing)} are missing; found: {', '.join(columns) or 'none'}; wanted: {_names()}"
        )
    if twice := [name for name in wanted if columns.count(name) > 1]:
        raise DataError(f"{file}, line 1: column {twice[0]} stands there twice")
    return columns


def _rows(lines: Sequence[str], columns: Sequence[str], summary: ReadSummary) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and tidied values of every row that parses."""
    at, desc = 1, columns.index("desc")
    while at < len(lines):
        line = at + 1
        fields, used = _parse(lines[at : at + _MAX_LINES])
        at += used
        if not any(field.strip() for field in fields):
            continue
        summary.read += 1
        if not "".join(fields).isprintable() and any("\ud800" <= letter <= "\udfff" for letter in "".join(fields)):
            summary.report(BAD_ROW, line=line, value="not UTF-8: " + ",".join(fields).encode(errors="backslashreplace").decode())
            continue
        if len(fields) < len(columns):
            summary.report(BAD_ROW, line=line, value=f"{len(fields)} fields instead of {len(columns)}: {','.join(fields)}")
            continue
        if surplus := len(fields) - len(columns):
            fields[desc : desc + surplus + 1] = [",".join(fields[desc : desc + surplus + 1])]
            summary.report(UNQUOTED_COMMA, line=line, value=f"desc {fields[desc]}")
        yield line, {column: tidy(value) for column, value in zip(columns, fields, strict=True)}


def _parse(lines: Sequence[str]) -> tuple[list[str], int]:
    """The fields of the row that starts the lines, and how many lines it takes."""
    reader = csv.reader(lines, strict=True)
    try:
        return next(reader, []), reader.line_num
    except csv.Error:  # a stray quote: what follows on other lines is not this row's
        return next(csv.reader([lines[0].replace('"', " ")]), []), 1


def _pair(line: int, values: dict[str, str], summary: ReadSummary, *, labelled: bool, to_score: bool) -> Pair | None:
    label = _label(values["label"]) if labelled else None
    if labelled and label is None and not (to_score and not values["label"]):
        summary.report(BAD_LABEL, line=line, value=f"label {values['label']}")
    elif not values["query"]:
        summary.report(EMPTY_QUERY, line=line, value=f"desc {values['desc']}")
    elif not values["desc"]:
        summary.report(EMPTY_DESC, line=line, value=f"query {values['query']}")
    else:
        price = _price(values["price"], line, summary)
        return Pair(line=line, label=label, query=values["query"], desc=values["desc"], price=price)
    return None


def _label(written: str) -> float | None:
    try:
        label = float(written)
    except ValueError:
        return None
    return label if math.isfinite(label) and label >= 0 and "_" not in written else None


def _price(written: str, line: int, summary: ReadSummary) -> float | None:
    price = parse_price(written) if written else None
    if not written:
        summary.report(NO_PRICE, line=line, value="price")
    elif price is None:
        summary.report(BAD_PRICE, line=line, value=f"price {written}")
    return price


def _first_finding(summary: ReadSummary) -> str:
    for problem, (first, *_) in summary.findings.items():
        return f"; line {first.line}: {problem.name}: {first.value!r}"
    return ""


def _names() -> str:
    return ",".join(COLUMNS)
