from __future__ import annotations

import json
from pathlib import Path

import pytest

from assortment.cli import main
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol


def test_the_command_freezes_and_shows(paths: BuildPaths, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--build", str(paths.root.parent), "--catalogue", paths.root.name]
    assert main(["protocol", *where, "--seed", "1", "--show", "3"]) == 0
    shown = capsys.readouterr()
    assert "3 of 2" in shown.out
    assert "test: 2" in shown.err
    assert "rejected drafts" in shown.err


def test_without_a_catalogue_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["protocol", "--build", str(tmp_path)]) == 1
    assert "make one with `assortment catalogue generate`" in capsys.readouterr().err


def test_a_perfect_ranking_is_evaluated_as_perfect(protocol: Protocol, tmp_path: Path) -> None:
    """Through the commands' own files: the protocol folder and ranked results."""
    lines = [json.dumps({"query": query.query, "ids": _best(protocol, query.id)}) for query in protocol.queries("dev")]
    (tmp_path / "rank.jsonl").write_text("\n".join(lines), encoding="utf-8")
    options = ["--protocol", str(protocol.folder), "--split", "dev", "--output", str(tmp_path / "summary.json")]
    assert main(["evaluate", "--results", str(tmp_path / "rank.jsonl"), *options]) == 0
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["ndcg@10"]["mean"] == pytest.approx(1)
    assert summary["num_queries"] == len(lines)


def _best(protocol: Protocol, query: str) -> list[str]:
    judged = protocol.judgments[query]
    return sorted(judged, key=lambda product: -judged[product])[:10]
