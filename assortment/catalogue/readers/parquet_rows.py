"""Rows of a Parquet file as Python values, those of structs under dotted names.

What Python cannot hold as written is made what people would read: nanoseconds are cut to microseconds, and a 32-bit price is
the shortest decimal that is this number (49.99, not 49.9900016784668), in a list or a map, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from assortment.catalogue.summary import ReadSummary
from assortment.errors import DataError

_BATCH: Final = 2_048
_NANOSECONDS: Final = "ns"


class ParquetRows:
    """A file, opened."""

    def __init__(self, path: Path) -> None:
        """Reads the schema.

        Raises:
            DataError: when it is no Parquet.
        """
        self._path = path
        try:
            self._file = pq.ParquetFile(path)
            self.columns = list(_leaves(self._file.schema_arrow))
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise DataError(f"{path} cannot be read as Parquet ({error}); export it again") from None

    def rows(self, summary: ReadSummary) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each row with its number from 1; ``summary`` gets how many were read.

        Raises:
            DataError: when the file is damaged, or a value is none that Python has, with its column and row.
        """
        number = 0
        try:
            for batch in self._file.iter_batches(batch_size=_BATCH):
                table = _without_structs(pa.Table.from_batches([batch]))
                columns = [self._values(table, place, first=number + 1) for place in range(table.num_columns)]
                for row in range(table.num_rows):
                    number += 1
                    summary.read += 1
                    yield number, dict(zip(table.column_names, (values[row] for values in columns), strict=True))
        except (pa.ArrowException, OSError) as error:
            raise DataError(f"{self._path}, after row {number}: cannot be read ({error}); export it again") from None

    def count(self) -> int:
        """How many rows there are."""
        rows: int = self._file.metadata.num_rows
        return rows

    def _values(self, table: Any, place: int, *, first: int) -> list[Any]:
        """A column of a batch whose first row is ``first``."""
        column = _readable(table.column(place))
        try:
            values: list[Any] = column.to_pylist()
        except (ValueError, OverflowError):
            return [
                self._value(value, f"row {row}, column {table.column_names[place]!r}") for row, value in enumerate(column, first)
            ]
        return values

    def _value(self, value: Any, where: str) -> Any:
        try:
            return value.as_py()
        except (ValueError, OverflowError) as error:  # UnicodeDecodeError is a ValueError
            why = str(error).partition("\n")[0]
            raise DataError(
                f"{self._path}, {where}: a value of type {value.type} cannot be read ({why}); correct it, or export the column "
                "as text in UTF-8"
            ) from None


def _leaves(fields: Any, prefix: str = "") -> Iterator[str]:
    """Names of the columns of a schema or struct; a map is one column, what it holds differs from row to row."""
    for each in fields:
        if pa.types.is_struct(each.type):
            yield from _leaves((each.type.field(i) for i in range(each.type.num_fields)), f"{prefix}{each.name}.")
        else:
            yield f"{prefix}{each.name}"


def _without_structs(table: Any) -> Any:
    while any(pa.types.is_struct(each.type) for each in table.schema):
        table = table.flatten()
    return table


def _with_floats_as(leaf: Any, kind: Any) -> Any:
    """The type with ``leaf`` in place of 32-bit numbers, in lists, maps and structs, too."""
    if pa.types.is_float32(kind):
        return leaf
    if pa.types.is_map(kind):
        items = kind.item_field.with_type(_with_floats_as(leaf, kind.item_type))
        return pa.map_(kind.key_field, items, keys_sorted=kind.keys_sorted)
    if pa.types.is_struct(kind):
        fields = [kind.field(place) for place in range(kind.num_fields)]
        return pa.struct([field.with_type(_with_floats_as(leaf, field.type)) for field in fields])
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)):
        return kind
    values = kind.value_field.with_type(_with_floats_as(leaf, kind.value_type))
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(values, kind.list_size)
    return pa.large_list(values) if pa.types.is_large_list(kind) else pa.list_(values)


def _readable(column: Any) -> Any:
    """A column of times in microseconds, and of 32-bit numbers in the decimals that they were written in."""
    kind = column.type
    if (written := _with_floats_as(pa.string(), kind)) != kind:
        return column.cast(written).cast(_with_floats_as(pa.float64(), kind))
    if getattr(kind, "unit", "") != _NANOSECONDS:
        return column
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us", kind.tz), safe=False)
    return column.cast(pa.time64("us") if pa.types.is_time(kind) else pa.duration("us"), safe=False)
