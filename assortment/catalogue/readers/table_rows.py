"""Rows of a table in any of three formats, each as a flat mapping: values inside others come under a dotted name."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from assortment.catalogue.readers.delimited import DelimitedTable
from assortment.catalogue.readers.json_lines import count_lines, json_rows
from assortment.catalogue.summary import ReadSummary
from assortment.errors import DataError

FORMATS: Final = "CSV (comma, semicolon, tab or |), JSON lines (.jsonl, .ndjson) or Parquet (.parquet); the first two also .gz"
Row = Mapping[str, Any]
_PEEKED: Final = 1_000  # lines of JSON that are looked at for columns
_BATCH: Final = 2_048


@dataclass(frozen=True, slots=True)
class Rows:
    """An opened table."""

    columns: list[str]
    """In the order in which they stand; of JSON lines those of the first thousand."""
    read: Callable[[ReadSummary], Iterator[tuple[int, Row]]]
    """Line, or row of a Parquet file from 1, with what stands there."""
    count: Callable[[], int]
    """About how many there are."""


def open_rows(path: Path) -> Rows:
    """Opens a table; its name tells the format, whatever is neither JSON nor Parquet is CSV.

    Raises:
        DataError: when it is no file, or not of its format.
    """
    if not path.is_file():
        raise DataError(f"{path} is no file; give one table: {FORMATS}")
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".parquet", ".pq")):
        return _parquet(path)
    if name.endswith((".jsonl", ".ndjson", ".json")):
        peeked = itertools.islice(json_rows(path, ReadSummary(source=path.name)), _PEEKED)
        columns = {column: None for _, row in peeked for column in flat(row)}
        return Rows(list(columns), lambda summary: _flattened(json_rows(path, summary)), lambda: count_lines(path))
    table = DelimitedTable(path)
    return Rows(table.columns, table.rows, table.count)


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


def _parquet(path: Path) -> Rows:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path} cannot be read as Parquet ({error}); export it again") from None

    def read(summary: ReadSummary) -> Iterator[tuple[int, Row]]:
        number = 0
        try:
            for batch in file.iter_batches(batch_size=_BATCH):
                for row in batch.to_pylist():
                    number += 1
                    summary.read += 1
                    yield number, flat(row)
        except (pa.ArrowException, OSError) as error:
            raise DataError(f"{path}, after row {number}: cannot be read ({error}); export it again") from None

    return Rows(list(_leaves(file.schema_arrow)), read, lambda: file.metadata.num_rows)


def _leaves(fields: Any, prefix: str = "") -> Iterator[str]:
    """Names of the columns of a schema or struct; a map is one column, what it holds differs from row to row."""
    for each in fields:
        if pa.types.is_struct(each.type):
            yield from _leaves((each.type.field(i) for i in range(each.type.num_fields)), f"{prefix}{each.name}.")
        else:
            yield f"{prefix}{each.name}"
