"""Rows of a table in any of three formats, each as a flat mapping: values inside others come under a dotted name."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from assortment.catalogue.readers.delimited import DelimitedTable
from assortment.catalogue.readers.json_lines import count_lines, json_rows
from assortment.catalogue.readers.parquet_rows import ParquetRows
from assortment.catalogue.readers.whole_json import whole_json
from assortment.catalogue.summary import ReadSummary
from assortment.errors import DataError

FORMATS: Final = (
    "CSV (comma, semicolon, tab or |), JSON (.jsonl, .ndjson: one object a line; .json: one list of objects, too) or Parquet "
    "(.parquet); the first two also .gz"
)
Row = Mapping[str, Any]
_PARQUET_NAMES: Final = (".parquet", ".pq")
_SPREADSHEETS: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".numbers")
_ZIP, _OLE, _PARQUET = b"PK\3\4", b"\xd0\xcf\x11\xe0", b"PAR1"  # how zip files, old spreadsheets and Parquet begin
_PEEKED: Final = 1_000  # lines of JSON that are looked at for columns


@dataclass(frozen=True, slots=True)
class Rows:
    """An opened table."""

    columns: list[str]
    """In the order in which they stand; of JSON those of the first thousand rows."""
    read: Callable[[ReadSummary], Iterator[tuple[int, Row]]]
    """Line, or number from 1 in a Parquet file or a JSON list, with what stands there."""
    count: Callable[[], int]
    """About how many there are."""


def open_rows(path: Path, *, needed: Collection[str]) -> Rows:
    """Opens a table; its name tells the format, whatever is neither JSON nor Parquet is CSV.

    Args:
        path: the file.
        needed: columns that every row has; a JSON object that has them is a row, and not what holds the rows in a list.

    Raises:
        DataError: when it is no file, or not of its format.
    """
    if not path.is_file():
        raise DataError(f"{path} is no file; give one table: {FORMATS}")
    name = path.name.lower().removesuffix(".gz")
    _refuse_other_formats(path, name)
    if name.endswith(_PARQUET_NAMES):
        file = ParquetRows(path)
        return Rows(file.columns, lambda summary: _flattened(file.rows(summary)), file.count)
    if name.endswith((".jsonl", ".ndjson", ".json")):
        whole = whole_json(path, needed=needed)
        read = whole.rows if whole else partial(json_rows, path)
        peeked = itertools.islice(read(ReadSummary(source=path.name)), _PEEKED)
        columns = {column: None for _, row in peeked for column in flat(row)}
        count = (lambda: len(whole.values)) if whole else (lambda: count_lines(path))
        return Rows(list(columns), lambda summary: _flattened(read(summary)), count)
    table = DelimitedTable(path)
    return Rows(table.columns, table.rows, table.count)


def _refuse_other_formats(path: Path, name: str) -> None:
    """By the name and the first bytes: as text, a spreadsheet has columns that nobody can read."""
    with path.open("rb") as file:
        start = file.read(8)
    if name.endswith(_SPREADSHEETS) or start.startswith(_OLE):
        raise DataError(f"{path} is a spreadsheet: save it as CSV. Readable: {FORMATS}")
    if start.startswith(_ZIP):
        raise DataError(f"{path} is a zip file or a spreadsheet: unpack it, or save it as CSV. Readable: {FORMATS}")
    if start.startswith(_PARQUET) and not name.endswith(_PARQUET_NAMES):
        raise DataError(f"{path} is Parquet: give it a name that ends with .parquet")


def flat(row: Row, prefix: str = "") -> dict[str, Any]:
    """Objects inside a row, and Parquet's maps, taken apart: {"price": {"amount": 5}} is {"price.amount": 5}."""
    taken: dict[str, Any] = {}
    for name, value in row.items():
        inner = _as_object(value)
        if inner is None:
            taken[f"{prefix}{name}"] = value
        else:
            taken |= flat(inner, f"{prefix}{name}.")
    return taken


def _flattened(rows: Iterator[tuple[int, dict[str, Any]]]) -> Iterator[tuple[int, Row]]:
    for line, row in rows:
        yield line, flat(row)


def _as_object(value: Any) -> Row | None:
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and all(isinstance(pair, tuple) and len(pair) == 2 for pair in value):
        return {str(name): inner for name, inner in value}
    return None
