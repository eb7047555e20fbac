from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assortment.catalogue.summary import BAD_PRICE, BAD_ROW, UNQUOTED_COMMA, ReadSummary
from assortment.errors import DataError
from training.pairs.file import (
    BAD_LABEL,
    CONTRADICTED_PAIR,
    EMPTY_DESC,
    EMPTY_QUERY,
    NO_PRICE,
    REPEATED_PAIR,
    Pair,
    has_labels,
    headline,
    read_pairs,
    write_pairs,
)

Write = Callable[[str | bytes], Path]
HEADER = "label,query,desc,price\n"


def read(file: Path, *, labelled: bool = True, strict: bool = False) -> tuple[list[Pair], ReadSummary]:
    summary = ReadSummary(source="file.csv", strict=strict)
    return read_pairs(file, summary, labelled=labelled), summary


def lines_of(summary: ReadSummary) -> dict[str, list[int]]:
    return {problem.name: [finding.line for finding in findings] for problem, findings in summary.findings.items()}


def test_a_plain_file_is_read_without_a_finding(written: Write) -> None:
    pairs, summary = read(written(HEADER + "1,red shirt,Red shirt for men,12.50\n0,red shirt,Blue shoes,40\n"))
    assert [(pair.line, pair.label, pair.query, pair.desc, pair.price) for pair in pairs] == [
        (2, 1.0, "red shirt", "Red shirt for men", 12.5),
        (3, 0.0, "red shirt", "Blue shoes", 40.0),
    ]
    assert not summary.findings
    assert headline(summary) == "file.csv: 2 rows read, 2 pairs kept, 0 skipped"


def test_byte_order_mark_windows_line_ends_other_columns_and_another_order_do_not_matter(written: Write) -> None:
    text = "\ufeff" + ",Price,Desc,Query,Label\r\n0,9.99,Shirt,shirt,1.0\r\n\r\n1,8,Shoes,shirt,0\r\n"
    pairs, summary = read(written(text))
    assert [(pair.line, pair.label, pair.price) for pair in pairs] == [(2, 1.0, 9.99), (4, 0.0, 8.0)]
    assert not summary.findings


def test_quoted_commas_quotes_and_line_breaks_belong_to_the_field(written: Write) -> None:
    pairs, summary = read(written(HEADER + '1,"shirt, red","A ""fine"" shirt\nfor men",5\n0,tv,32" screen,6\n'))
    assert [(pair.line, pair.query, pair.desc) for pair in pairs] == [
        (2, "shirt, red", 'A "fine" shirt for men'),
        (4, "tv", '32" screen'),
    ]
    assert not summary.findings


def test_unquoted_commas_are_the_descriptions(written: Write) -> None:
    pairs, summary = read(written(HEADER + "1,shirt,Shirt, red, size M,5\n"))
    assert (pairs[0].desc, pairs[0].price) == ("Shirt, red, size M", 5.0)
    assert summary.count(UNQUOTED_COMMA) == 1


def test_a_stray_quote_damages_its_own_line_only(written: Write) -> None:
    pairs, summary = read(written(HEADER + '1,"shirt,A shirt,5\n0,shoes,"Shoes, blue",6\n1,tv,"Big" tv,7\n'))
    assert [(pair.line, pair.query, pair.desc) for pair in pairs] == [
        (2, "shirt", "A shirt"),
        (3, "shoes", "Shoes, blue"),
        (4, "tv", "Big tv"),
    ]
    assert summary.read == 3


def test_every_bad_row_is_counted_by_line_and_the_rest_kept(written: Write) -> None:
    rows = (
        "1,shirt,Shirt,5\n"  # 2
        "yes,shirt,Shoes,5\n"
        "-1,shirt,Shoes,5\n"
        "nan,shirt,Shoes,5\n"
        ",shirt,Shoes,5\n"
        "1, ,Shoes,5\n"  # 7
        "1,shirt,,5\n"
        "1,shirt\n"
        "0,shoes,Shoes,12 euros\n"  # 10, kept
        "0,shoes,Boots,\n"  # 11, kept
        "0,tv,Screen,-3\n"  # 12, kept
        "1, SHIRT ,shirt,5\n"  # 13, as line 2
        "0,shirt,Shirt,5\n"  # 14, as line 2 with another label
    )
    pairs, summary = read(written(HEADER + rows))
    assert [pair.line for pair in pairs] == [2, 10, 11, 12]
    assert lines_of(summary) == {
        BAD_LABEL.name: [3, 4, 5, 6],
        EMPTY_QUERY.name: [7],
        EMPTY_DESC.name: [8],
        BAD_ROW.name: [9],
        BAD_PRICE.name: [10, 12],
        NO_PRICE.name: [11],
        REPEATED_PAIR.name: [13],
        CONTRADICTED_PAIR.name: [14],
    }
    assert (summary.read, summary.kept, summary.skipped) == (13, 4, 9)
    assert [pair.price for pair in pairs] == [5.0, None, None, None]


def test_a_row_that_is_not_utf8_is_named(written: Write) -> None:
    pairs, summary = read(written(HEADER.encode() + b"1,caf\xe9,Coffee,5\n1,caf\xc3\xa9,Coffee,5\n"))
    assert [pair.query for pair in pairs] == ["café"]
    assert lines_of(summary) == {BAD_ROW.name: [2]}


def test_a_strict_reading_stops_with_file_line_and_field(written: Write) -> None:
    with pytest.raises(DataError, match=r"file\.csv, line 3: label .*'label maybe'"):
        read(written(HEADER + "1,shirt,Shirt,5\nmaybe,shirt,Shoes,5\n"), strict=True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "columns label, query, desc, price are missing; found: none"),
        ("label,query,description,price\n", "columns desc are missing; found: label, query, description, price"),
        ("label,query,desc,desc,price\n1,a,b,c,2\n", "column desc stands there twice"),
        (HEADER, "no usable row: 0 read"),
        (HEADER + "x,a,b,1\n", "line 2: label that is no number from 0 up: 'label x'"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(written: Write, text: str, told: str) -> None:
    with pytest.raises(DataError, match=told):
        read(written(text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.csv cannot be read"):
        read(tmp_path / "none.csv")


def test_a_file_to_be_scored_needs_no_labels(written: Write) -> None:
    file = written("query,desc,price\nshirt,Shirt,5\n")
    assert not has_labels(file)
    pairs, _ = read(file, labelled=False)
    assert pairs[0].label is None


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12).filter(
    lambda text: text not in {"NA", "N/A", "nan", "NaN", "null", "NULL"}
)


@given(st.lists(st.tuples(words, words, st.sampled_from([0.0, 1.0, 2.5]), st.none() | st.integers(1, 9**6)), min_size=1))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, float, int | None]]
) -> None:
    file = tmp_path_factory.getbasetemp() / "round.csv"
    pairs = [
        Pair(line=line, label=label, query=f"{line} {query}", desc=desc, price=None if cents is None else cents / 100)
        for line, (query, desc, label, cents) in enumerate(rows, start=2)
    ]
    write_pairs(file, pairs)
    found, summary = read(file)
    assert found == pairs
    assert {problem.serious for problem in summary.findings} <= {False}


def test_a_file_to_be_scored_may_have_labels_for_some(written: Write) -> None:
    file = written(f"{HEADER},red shoes,A shoe,5\n1,red shoes,A shoe,5\n,blue shoes,A shoe,5\nx,hat,A hat,5\n")
    summary = ReadSummary(source="file")
    pairs = read_pairs(file, summary, to_score=True)
    assert [(pair.query, pair.label) for pair in pairs] == [("red shoes", 1.0), ("blue shoes", None)]
    assert {problem: len(found) for problem, found in summary.findings.items()} == {REPEATED_PAIR: 1, BAD_LABEL: 1}
