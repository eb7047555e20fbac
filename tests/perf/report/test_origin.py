"""The command that makes a part again."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from perf.report import origin

TOOL = str(Path(origin.__file__).parents[1] / "bench.py")


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ([], "make bench CATALOGUE=fashion"),
        (["--catalogue", "fashion", "--build", "here"], "make bench CATALOGUE=fashion BUILD=here"),
        (["--catalogue=fashion", "--quick", "--build=here"], "make bench CATALOGUE=fashion BUILD=here ARGS=--quick"),
        (["--times", "0.5", "2", "--catalogue", "f", "--full"], "make bench CATALOGUE=fashion ARGS='--times 0.5 2 --full'"),
        (["--more", "--clients", "4"], "make bench CATALOGUE=fashion ARGS='--clients 4'"),
        (["--bound", "-1", "--batches", "4"], "make bench CATALOGUE=fashion ARGS='--bound -1 --batches 4'"),
    ],
)
def test_the_flags_of_a_tool_are_told_but_for_those_that_make_gives(
    flags: list[str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", [TOOL, *flags])
    assert origin.command("bench", "fashion") == told


def test_a_shell_and_make_read_the_same_words_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", [TOOL, "--queries", "it's $5.txt"])
    name, _, value = shlex.split(origin.command("load", None))[-1].partition("=")
    assert name == "ARGS"
    assert shlex.split(value.replace("$$", "$")) == ["--queries", "it's $5.txt"]


def test_another_program_s_arguments_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/pytest", "-q", "tests"])
    assert origin.command("bench-diversify", None) == "make bench-diversify"
