"""Delimited text as shops really export it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assortment.catalogue.readers.delimited import DelimitedTable
from assortment.catalogue.summary import BAD_ROW, NOT_UTF8, ReadSummary
from assortment.errors import DataError


def read(path: Path, data: str | bytes) -> tuple[list[tuple[int, list[str]]], ReadSummary]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    summary = ReadSummary(source=path.name)
    return [(line, list(row.values())) for line, row in DelimitedTable(path).rows(summary)], summary


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, mark: str) -> None:
    rows, _ = read(tmp_path / "a.csv", f"id{mark}title\r\n1{mark}A shirt\r\n")
    assert rows == [(2, ["1", "A shirt"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_comes_in_three_ways(tmp_path: Path, encoding: str) -> None:
    table = tmp_path / "a.csv"
    rows, summary = read(table, "id;title\n1;Töpfe\n".encode(encoding))
    assert (DelimitedTable(table).columns, rows, summary.findings) == (["id", "title"], [(2, ["1", "Töpfe"])], {})


def test_a_line_that_is_not_utf8_is_read_and_reported(tmp_path: Path) -> None:
    rows, summary = read(tmp_path / "a.csv", "id;title\n1;Töpfe\n2;".encode() + "Fässer, 5 €\n".encode("cp1252"))
    assert rows == [(2, ["1", "Töpfe"]), (3, ["2", "Fässer, 5 €"])]
    assert [finding.line for finding in summary.findings[NOT_UTF8]] == [3]


def test_a_compressed_table_is_read(tmp_path: Path) -> None:
    rows, _ = read(tmp_path / "a.csv.gz", gzip.compress(b"id,title\n1,A\n"))
    assert rows == [(2, ["1", "A"])]


def test_values_may_span_lines_and_rows_keep_their_line(tmp_path: Path) -> None:
    rows, summary = read(tmp_path / "a.csv", 'id,title\n1,"two\nlines, ""quoted"""\n\n2,B\n')
    assert rows == [(2, ["1", 'two\nlines, "quoted"']), (5, ["2", "B"])]
    assert (summary.read, summary.findings) == (2, {})


def test_a_stray_quote_costs_its_line_only(tmp_path: Path) -> None:
    rows, summary = read(tmp_path / "a.csv", 'id,title,price\n1,"open,5\n2,B,6\n3,"C",7\n4,5" disc,8\n')
    assert rows == [(3, ["2", "B", "6"]), (4, ["3", "C", "7"]), (5, ["4", '5" disc', "8"])]
    assert [finding.line for finding in summary.findings[BAD_ROW]] == [2]


def test_a_quote_that_never_closes_in_the_last_column_swallows_nothing(tmp_path: Path) -> None:
    rows, _ = read(tmp_path / "a.csv", 'id,title\n1,"open\n2,B\n')
    assert rows == [(2, ["1", "open\n"]), (3, ["2", "B"])]


def test_rows_of_another_length_are_named(tmp_path: Path) -> None:
    rows, summary = read(tmp_path / "a.csv", "id,title\n1\n2,B,C\n3,C,,\n4,D\n")
    assert rows == [(4, ["3", "C"]), (5, ["4", "D"])]
    assert [finding.line for finding in summary.findings[BAD_ROW]] == [2, 3]


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "is empty"), (b"id,id\n1,2\n", "id is named twice"), (b"\x1f\x8bnot gzip", "cannot be read")],
)
def test_what_is_no_table_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path / "a.csv", data)


def test_missing_columns_are_named_with_those_found(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n", encoding="utf-8")
    with pytest.raises(DataError, match="columns price, sku are missing; found: id, name"):
        DelimitedTable(tmp_path / "a.csv", required=("sku", "price"))


@given(data=st.binary(max_size=200) | st.text(alphabet='",\n1a').map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
def test_any_bytes_are_counted_and_never_fatal(tmp_path: Path, data: bytes) -> None:
    rows, summary = read(tmp_path / "a.csv", b"id,title\n" + data)
    assert summary.read == len(rows) + summary.count(BAD_ROW)


def test_line_ends_of_the_classic_mac_are_read(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(b'id,title\r1,"Red, large"\r2,Caf\xc3\xa9\r')
    assert [row for _, row in DelimitedTable(file).rows(ReadSummary(source="table"))] == [
        {"id": "1", "title": "Red, large"},
        {"id": "2", "title": "Café"},
    ]


def test_a_header_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(b"id,ti\rtle\n1,Shirt\n")
    with pytest.raises(DataError, match=r"line 1: .* is no line of column names"):
        DelimitedTable(file)
