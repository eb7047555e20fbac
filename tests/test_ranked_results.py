from __future__ import annotations

from pathlib import Path

import pytest

from assortment.errors import DataError
from assortment.judgments import JudgedQuery
from assortment.ranked_results import match, read_results

JUDGED = [
    JudgedQuery(id="q1", text="red shoes", kind="unambiguous", grades={"1": 3}, subtopics={}),
    JudgedQuery(id="q2", text="hats", kind="unambiguous", grades={"2": 3}, subtopics={}),
]


def written(folder: Path, *lines: str) -> Path:
    path = folder / "rank.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_results_are_matched_by_text_or_id(tmp_path: Path) -> None:
    path = written(tmp_path, '{"query": " red  shoes", "ids": ["1", "2"], "latency_ms": 3.1}', "", '{"id": "q2", "ids": []}')
    found = match(read_results(path), JUDGED)
    assert found.rankings == {"q1": ("1", "2"), "q2": ()}
    assert (found.unjudged, found.failed, found.repeated) == ((), 0, 0)


def test_what_cannot_be_measured_is_counted(tmp_path: Path) -> None:
    lines = [
        '{"query": "hats", "ids": ["1"]}',
        '{"query": "hats", "ids": ["1"]}',
        '{"query": "gloves", "ids": ["1"]}',
        '{"query": "", "ids": ["1"]}',  # a picture alone
        '{"query": "red shoes", "error": "the server is busy"}',
    ]
    found = match(read_results(written(tmp_path, *lines)), JUDGED)
    assert found.rankings == {"q2": ("1",)}
    assert (found.unjudged, found.failed, found.repeated) == (("gloves", ""), 1, 1)


def test_two_different_results_of_a_query_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, '{"query": "hats", "ids": ["1"]}', '{"query": "hats", "ids": ["2"]}')
    with pytest.raises(DataError, match="line 2 of the results, field ids: query 'hats' has another result"):
        match(read_results(path), JUDGED)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"line 1: not JSON"),
        ("[1]", r"line 1: a JSON object is expected, got list"),
        ('{"ids": []}', r"line 1, field query: is missing"),
        ('{"query": 3, "ids": []}', r"line 1, field query: a string is expected, got 3"),
        ('{"query": "x"}', r"line 1, field ids: a list of product ids is expected, got None"),
        ('{"query": "x", "ids": "1"}', r"line 1, field ids: a list"),
        ('{"query": "x", "ids": ["1", 2]}', r"line 1, field ids: number 2 is no product id: 2"),
        ('{"query": "x", "ids": ["1", "1"]}', r"line 1, field ids: product '1' stands in the list twice"),
        ("", r"holds no results"),
    ],
)
def test_what_is_wrong_is_named_by_file_line_and_field(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(DataError, match=rf"rank\.jsonl.*{message}"):
        read_results(written(tmp_path, line))


def test_a_line_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rank.jsonl"
    path.write_bytes(b'{"query": "caf\xe9", "ids": []}\n')
    with pytest.raises(DataError, match="line 1: not UTF-8"):
        read_results(path)
