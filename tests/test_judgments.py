from __future__ import annotations

from pathlib import Path

import pytest

from assortment.errors import DataError, InputError
from assortment.judgments import from_csv, parse_columns


def written(folder: Path, text: str) -> Path:
    path = folder / "judgments.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_grades_and_subtopics_are_collected_by_query(tmp_path: Path) -> None:
    lines = (
        "query,id,grade,subtopic\nred shoes,1,3,Men\nred shoes,1,3,Sports\nred shoes,2,2,Women\nred shoes,3,0,Girls\nhat,9,1,\n"
    )
    shoes, hat = from_csv(written(tmp_path, lines))
    assert shoes.text == "red shoes"
    assert shoes.kind == "ambiguous"
    assert shoes.grades == {"1": 3, "2": 2, "3": 0}
    assert shoes.subtopics == {"1": ("Men", "Sports"), "2": ("Women",)}  # grade 0 covers nothing
    assert (hat.kind, hat.grades, hat.subtopics) == ("unambiguous", {"9": 1}, {})


def test_the_subtopic_column_may_be_left_out_and_others_are_passed_over(tmp_path: Path) -> None:
    (query,) = from_csv(written(tmp_path, '\ufeffid,grade,note,query\n7,2,"a, b","caps, black"\n'))
    assert (query.id, query.grades) == ("caps, black", {"7": 2})


def test_columns_may_be_called_otherwise(tmp_path: Path) -> None:
    path = written(tmp_path, "query,docid,rating\ncaps,7,2\n")
    (query,) = from_csv(path, parse_columns(["id=docid", "grade=rating"]))
    assert (query.id, query.grades) == ("caps", {"7": 2})
    with pytest.raises(DataError, match=r"line 1: the column 'id' is missing.*here it is query,docid,rating: --map id=NAME"):
        from_csv(path)
    for wrong in (["id"], ["product=docid"], ["id=docid", "id=key"]):
        with pytest.raises(InputError, match="--map"):
            parse_columns(wrong)
    path.write_text("query,docid,rating\ncaps,7,good\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 2, field rating: 'good' is no whole number"):
        from_csv(path, {"id": "docid", "grade": "rating"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("query,id\nx,1\n", r"line 1: the column 'grade' is missing"),
        ("", r"line 1: the column 'query' is missing"),
        ("query,id,grade\n", r"holds no judgments"),
        ("query,id,grade\nx,1,3\nx,2,4\n", r"line 3, field grade: '4' is no whole number from 0 to 3"),
        ("query,id,grade\nx,1,2.0\n", r"line 2, field grade: '2.0'"),
        ("query,id,grade\nx,,2\n", r"line 2, field id: is empty"),
        ("query,id,grade\n ,1,2\n", r"line 2, field query: is empty"),
        ("query,id,grade\nx,1\n", r"line 2: does not have the fields of the header, query,id,grade"),
        ("query,id,grade\nx,1,2,9\n", r"line 2: does not have the fields of the header"),
        ("query,id,grade\nx,1,2\nx,1,3\n", r"line 3, field grade: 3 for product '1', which has 2 on an earlier line"),
        ("query,id,grade\nx,1,2\nx,1,2\n", r"line 3, field subtopic: '' of product '1' stands on an earlier line"),
        ('query,id,grade\n"x,1,2\n', r"after line 1: not CSV"),
    ],
)
def test_what_is_wrong_is_named_by_file_line_and_field(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=rf"judgments\.csv.*{message}"):
        from_csv(written(tmp_path, text))


def test_other_encodings_and_missing_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "judgments.csv"
    path.write_bytes("query,id,grade\ncaf\xe9,1,2\n".encode("latin-1"))
    with pytest.raises(DataError, match="not UTF-8"):
        from_csv(path)
    with pytest.raises(DataError, match="No such file"):
        from_csv(tmp_path / "absent.csv")
