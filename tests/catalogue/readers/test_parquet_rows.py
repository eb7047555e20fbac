"""What Parquet holds and Python does not."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assortment.catalogue.readers.parquet_rows import ParquetRows
from assortment.catalogue.summary import ReadSummary
from assortment.errors import DataError


def read(folder: Path, **columns: Any) -> list[dict[str, Any]]:
    pq.write_table(pa.table(columns), folder / "shop.parquet")
    return [row for _, row in ParquetRows(folder / "shop.parquet").rows(ReadSummary(source="shop"))]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (pa.timestamp("ns"), datetime.datetime(2001, 9, 9, 1, 46, 40, 1)),
        (pa.time64("ns"), datetime.time(0, 16, 40, 1)),
        (pa.duration("ns"), datetime.timedelta(seconds=1_000, microseconds=1)),
    ],
)
def test_nanoseconds_are_cut_to_microseconds(tmp_path: Path, kind: Any, value: object) -> None:
    seconds = 1_000_000_000 if pa.types.is_timestamp(kind) else 1_000
    rows = read(tmp_path, added=pa.array([seconds * 10**9 + 1_234, None], pa.int64()).cast(kind))
    assert [row["added"] for row in rows] == [value, None]


def test_numbers_of_32_bits_are_what_people_wrote(tmp_path: Path) -> None:
    price, inner = (
        pa.array([49.99, None, 1e20], pa.float32()),
        pa.array([{"amount": 0.1}] * 3, pa.struct({"amount": pa.float32()})),
    )
    rows = read(tmp_path, price=price, offer=inner)
    assert [row["price"] for row in rows] == [49.99, None, 1e20]
    assert rows[0]["offer.amount"] == 0.1


FLOAT = pa.float32()


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (pa.list_(FLOAT), [[49.99, None, 1e-30], None, [], [float("inf"), 0.1]]),
        (pa.large_list(FLOAT), [[49.99, None], None, []]),
        (pa.list_(FLOAT, 2), [[49.99, None], [0.1, 1e20]]),
        (pa.list_(pa.list_(FLOAT)), [[[49.99], None], None, []]),
        (pa.list_(pa.struct({"cm": FLOAT, "of": pa.int32()})), [[{"cm": 49.99, "of": 3}, None], None, []]),
        (pa.map_(pa.string(), FLOAT), [[("width", 49.99), ("depth", None)], None, []]),
        (pa.map_(pa.string(), pa.list_(FLOAT)), [[("size", [49.99, 0.1])]]),
        (pa.list_(pa.float64()), [[49.99, 49.9900016784668]]),
    ],
)
def test_lists_of_numbers_of_32_bits_are_too(tmp_path: Path, kind: Any, values: list[Any]) -> None:
    many = [*values, *([values[0]] * 3_000)]  # more rows than are read at once
    assert [row["sizes"] for row in read(tmp_path, sizes=pa.array(many, kind))] == many


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            pa.array([0, 2**30], pa.int32()).cast(pa.date32()),
            r"row 2, column 'added': a value of type date32\[day\] cannot be read",
        ),
        (pa.array([b"a", b"caf\xe9"]).view(pa.string()), "row 2, column 'added': a value of type string cannot be read .*UTF-8"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_place(tmp_path: Path, values: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, id=["A", "B"], added=values)
