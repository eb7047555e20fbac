"""``assortment rank`` on a server that answers as the test says."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import grpc
import pytest
from tritonclient.utils import deserialize_bytes_tensor

from assortment import cli
from assortment.errors import DataError
from assortment.ranking import WrongLine, read_requests


def query_of(request: Any) -> str:
    place = [tensor.name for tensor in request.inputs].index("QUERY")
    return deserialize_bytes_tensor(request.raw_input_contents[place])[0].decode()


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def rank(queries: Path, output: Path, url: str, *options: str) -> int:
    return cli.main(["rank", "--queries", str(queries), "--output", str(output), "--url", url, *options])


def test_answers_come_in_the_order_of_the_queries_though_the_first_is_slow(scripted, tmp_path: Path, capsys) -> None:
    products = scripted.answer

    def answer(request: Any, context: grpc.ServicerContext) -> Any:
        time.sleep(0.2 if query_of(request) == "shirt 0" else 0)
        return products(request, context)

    scripted.answer = answer
    queries = write(tmp_path / "queries.jsonl", *({"query": f"shirt {i}"} for i in range(40)))
    assert rank(queries, tmp_path / "ranked.jsonl", scripted.endpoint) == 0
    ranked = read(tmp_path / "ranked.jsonl")
    assert [line["query"] for line in ranked] == [f"shirt {i}" for i in range(40)]
    assert set(ranked[0]) == {"query", "ids", "relevance", "catalogue_version", "latency_ms"}
    assert ranked[0] | {"latency_ms": 0} == {
        "query": "shirt 0",
        "ids": ["a", "b"],
        "relevance": [0.9, 0.1],
        "catalogue_version": 3,
        "latency_ms": 0,
    }
    assert ranked[0]["latency_ms"] > 150
    assert "40 queries ranked, 0 failed in " in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".partial"] == []


def test_every_field_of_a_line_is_sent(scripted, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"encoded")
    line = {"query": "shoes", "image": "photo.jpg", "candidates": ["a", "b"], "k": 2, "strategy": "dpp", "diversity": 0.5}
    assert rank(write(tmp_path / "queries.jsonl", line), tmp_path / "out.jsonl", scripted.endpoint) == 0
    (request,) = scripted.requests
    assert request.model_name == "rerank"
    assert {tensor.name for tensor in request.inputs} == {"QUERY", "PICTURE", "CANDIDATE_KEY", "K", "STRATEGY", "DIVERSITY"}


def test_page_rules_of_a_line_are_sent(scripted, tmp_path: Path) -> None:
    rules = {
        "collapse": False,
        "near_duplicate": 0.9,
        "caps": {"brand": 2},
        "pinned": ["a"],
        "excluded": ["x"],
        "shown": ["y", "z"],
    }
    plain = {"query": "shoes", "max_relevance_loss": 0.5, "caps": None, "pinned": []}
    queries = write(tmp_path / "queries.jsonl", {"query": "shoes", **rules}, plain)
    assert rank(queries, tmp_path / "out.jsonl", scripted.endpoint, "--workers", "1") == 0
    first, second = ({t.name: raw for t, raw in zip(r.inputs, r.raw_input_contents, strict=True)} for r in scripted.requests)
    assert json.loads(deserialize_bytes_tensor(first["RULES"])[0]) == rules
    assert set(second) == {"QUERY", "K", "MAX_RELEVANCE_LOSS"}


def test_a_query_that_the_server_fails_is_recorded_and_the_exit_code_tells(scripted, tmp_path: Path, capsys) -> None:
    products = scripted.answer

    def answer(request: Any, context: grpc.ServicerContext) -> Any:
        if query_of(request) == "bad":
            context.abort(grpc.StatusCode.INTERNAL, "no luck")
        return products(request, context)

    scripted.answer = answer
    queries = write(tmp_path / "queries.jsonl", {"query": "good"}, {"query": "bad"}, {"query": "fine"})
    assert rank(queries, tmp_path / "out.jsonl", scripted.endpoint) == 1
    good, bad, fine = read(tmp_path / "out.jsonl")
    assert good["ids"] == fine["ids"] == ["a", "b"]
    assert set(bad) == {"query", "error"}
    assert "no luck" in bad["error"]
    assert "2 queries ranked, 1 failed" in capsys.readouterr().err


def test_an_overloaded_server_is_given_time(scripted, tmp_path: Path) -> None:
    products, refusals = scripted.answer, iter([True, True])

    def answer(request: Any, context: grpc.ServicerContext) -> Any:
        if next(refusals, False):
            context.abort(grpc.StatusCode.UNAVAILABLE, "Request timeout expired")
        return products(request, context)

    scripted.answer = answer
    queries = write(tmp_path / "queries.jsonl", {"query": "shirt"})
    assert rank(queries, tmp_path / "out.jsonl", scripted.endpoint) == 0
    assert len(scripted.requests) == 3
    scripted.fail(grpc.StatusCode.UNAVAILABLE, "Request timeout expired")
    assert rank(queries, tmp_path / "out.jsonl", scripted.endpoint) == 1
    assert "overloaded" in read(tmp_path / "out.jsonl")[0]["error"]


def test_wrong_lines_are_named_and_nothing_is_sent(scripted, tmp_path: Path, capsys) -> None:
    queries = write(
        tmp_path / "queries.jsonl",
        {"query": "good"},
        {"query": ""},
        "",
        '{"query": "a"',
        {"query": "a", "k": 0},
        {"query": "a", "diversty": 0.5},
        ["a"],
        {"query": "a", "image": "missing.jpg"},
        {"query": "a", "candidates": ["x", "x"]},
        '{"query": "a", "diversity": NaN}',
        {"query": "a", "caps": {"brand": 0}},
    )
    with queries.open("ab") as file:
        file.write(b'{"query": "\xff"}\n')
    output = tmp_path / "out.jsonl"
    assert rank(queries, output, scripted.endpoint) == 1
    told = capsys.readouterr().err
    assert "queries.jsonl: 10 of 11 lines are wrong, nothing was sent" in told
    for reason in (
        "line 2: query: '' is not allowed; allowed: some text, or a picture in image",
        "line 4: no JSON: Expecting ',' delimiter at column 14",
        "line 5: k: 0 is not allowed; allowed: a whole number from 1 to 100",
        "line 6: diversty: unknown field; allowed: query, image, candidates, k, strategy, diversity, max_relevance_loss, "
        "collapse, near_duplicate, caps, pinned, excluded, shown",
        "line 7: a JSON list where an object was expected",
        "line 8: image: ",
        "line 9: candidates[1]: 'x' is not allowed",
        "line 10: diversity: nan is not allowed",
        "line 11: caps.brand: 0 is not allowed; allowed: a whole number from 1 to 100",
        "line 12: no UTF-8 from byte 11 on",
    ):
        assert reason in told
    assert not output.exists()
    assert scripted.requests == []


def test_keep_going_sends_the_others_and_records_the_wrong_ones(scripted, tmp_path: Path) -> None:
    queries = write(tmp_path / "queries.jsonl", {"query": "a", "k": 0}, {"query": "good"})
    assert rank(queries, tmp_path / "out.jsonl", scripted.endpoint, "--keep-going") == 1
    wrong, good = read(tmp_path / "out.jsonl")
    assert wrong == {"query": "a", "error": "line 1: k: 0 is not allowed; allowed: a whole number from 1 to 100"}
    assert good["ids"] == ["a", "b"]


def test_many_wrong_lines_are_not_all_printed(tmp_path: Path) -> None:
    queries = write(tmp_path / "queries.jsonl", *({"query": ""} for _ in range(25)))
    with pytest.raises(DataError, match=r"25 of 25 lines are wrong(.|\n)*line 10: (.|\n)*and 15 more$"):
        read_requests(queries)
    assert all(isinstance(line, WrongLine) for line in read_requests(queries, keep_going=True))


def test_a_frozen_protocols_queries_can_be_given_as_they_are(tmp_path: Path) -> None:
    line = {
        "id": "t1",
        "split": "test",
        "kind": "ambiguous",
        "open": ["colour"],
        "query": "shirt",
        "wish": {},
        "seed_product": "7",
    }
    (request,) = read_requests(write(tmp_path / "queries.jsonl", line))
    assert not isinstance(request, WrongLine)
    assert request.query == "shirt"


def test_no_file_no_queries_no_folder_no_server(tmp_path: Path, capsys) -> None:
    good, empty = write(tmp_path / "queries.jsonl", {"query": "a"}), write(tmp_path / "empty.jsonl", "")
    output = tmp_path / "out.jsonl"
    for queries, target, message in (
        (tmp_path / "missing.jsonl", output, "missing.jsonl cannot be read: No such file"),
        (empty, output, "empty.jsonl holds no queries"),
        (good, tmp_path / "nowhere" / "out.jsonl", "nowhere does not exist; make it first"),
        (good, output, "check the address, and that the server is running"),
    ):
        assert rank(queries, target, "127.0.0.1:1") == 1
        assert message in capsys.readouterr().err
        assert not target.exists()
    assert {path.name for path in tmp_path.iterdir()} == {"queries.jsonl", "empty.jsonl"}


def rules_of(request: Any) -> dict[str, Any]:
    place = [tensor.name for tensor in request.inputs].index("RULES")
    told: dict[str, Any] = json.loads(deserialize_bytes_tensor(request.raw_input_contents[place])[0])
    return told


def test_filters_of_a_file_and_of_the_command_line_are_the_same(scripted, tmp_path: Path, capsys) -> None:
    filters = {
        "brand": ["Puma", "Nike"],
        "price": [None, 49.99],
        "attributes": {"colour": ["Blue"]},
        "in_stock": True,
        "min_rating": 4.0,
    }
    queries = write(tmp_path / "queries.jsonl", {"query": "shoes", "filters": filters, "sort": "newest"})
    assert rank(queries, tmp_path / "ranked.jsonl", scripted.endpoint) == 0
    options = ["brand=Puma", "brand=Nike", "price=..49.99", "colour=Blue", "in_stock", "min_rating=4"]
    given = [word for option in options for word in ("--filter", option)]
    assert cli.main(["search", "shoes", "--url", scripted.endpoint, "--sort", "newest", *given]) == 0
    assert [rules_of(request) for request in scripted.requests] == [{"filters": filters, "sort": "newest"}] * 2


def test_a_wrong_filter_in_a_file_names_its_line(tmp_path: Path) -> None:
    lines = ({"query": "a", "filters": {"colour": "Blue"}}, {"query": "a", "filters": ["Blue"]}, {"query": "a", "sort": "x"})
    wrong = read_requests(write(tmp_path / "queries.jsonl", *lines), keep_going=True)
    assert [line.reason.partition(" is not")[0] for line in wrong if isinstance(line, WrongLine)] == [
        "filters.colour: 'Blue'",
        "filters: ['Blue']",
        "sort: 'x'",
    ]
