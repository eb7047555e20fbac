"""Which options each mode of ``assortment evaluate`` reads, and that none is passed over."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from assortment import evaluate_command, evaluate_modes
from assortment.cli import main

_TRANSFER = "`assortment evaluate --transfer`"
_PICTURES = "`assortment evaluate --pictures`"
_REPORT = "`assortment evaluate --report`"
_JUDGED = "`assortment evaluate --judged`"
_NEW = "`assortment evaluate --new-products`"
_TITLES = "`assortment evaluate --title-words`"
_SLIPS = "`assortment evaluate --slips`"
_CSV = "`assortment evaluate --results --judgments`"
_FROZEN = "`assortment evaluate --results --protocol`"
_ANYTHING = (
    "it goes with --judgments or --protocol; or ask for --judged, --report, --pictures, --transfer, --new-products, "
    "--title-words, --slips"
)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["--transfer", "--k", "0", "--map", "a=b", "--index", "/nope", "--output", "x.json", "--seeds", "99"],
            [
                ("--index: '/nope'", _TRANSFER, f"{_CSV}, {_FROZEN}"),
                ("--k: 0", _TRANSFER, f"{_CSV}, {_FROZEN}"),
                ("--output: 'x.json'", _TRANSFER, f"{_CSV}, {_FROZEN}, {_JUDGED}"),
                ("--map: ['a=b']", _TRANSFER, f"{_CSV}, {_JUDGED}"),
                ("--seeds: 99", _TRANSFER, _REPORT),
            ],
        ),
        (
            ["--report", "--pictures", "--judged", "a.csv"],
            [("--judged: 'a.csv'", _REPORT, _JUDGED), ("--pictures: True", _REPORT, _PICTURES)],
        ),
        (["--judged", "a.csv", "--transfer"], [("--transfer: True", _JUDGED, _TRANSFER)]),
        (["--pictures", "--models", "a"], [("--models: ['a']", _PICTURES, f"{_JUDGED}, {_TRANSFER}")]),
        (
            ["--transfer", "--seed", "3"],
            [("--seed: 3", _TRANSFER, f"{_CSV}, {_FROZEN}, {_NEW}, {_PICTURES}, {_TITLES}, {_SLIPS}")],
        ),
        (
            ["--results", "a.jsonl", "--judgments", "a.csv", "--split", "dev"],
            [("--split: 'dev'", _CSV, f"{_FROZEN}, {_TRANSFER}, {_NEW}, {_PICTURES}, {_SLIPS}")],
        ),
        (
            ["--results", "a.jsonl", "--protocol", "p", "--map", "a=b", "--only", "x"],
            [("--map: ['a=b']", _FROZEN, f"{_CSV}, {_JUDGED}"), ("--only: ['x']", _FROZEN, _REPORT)],
        ),
        (
            ["--title-words", "--split", "dev"],
            [("--split: 'dev'", _TITLES, f"{_FROZEN}, {_TRANSFER}, {_NEW}, {_PICTURES}, {_SLIPS}")],
        ),
        (["--pictures", "--num-queries", "50"], [("--num-queries: 50", _PICTURES, _TITLES)]),
        (["--new-products", "--threads", "1"], [("--threads: 1", _NEW, f"{_JUDGED}, {_TITLES}, {_SLIPS}, {_REPORT}")]),
        (["--new-products", "--results", "a.jsonl"], [("--results: 'a.jsonl'", _NEW, f"{_CSV}, {_FROZEN}")]),
    ],
)
def test_options_that_would_be_passed_over_are_refused(
    words: list[str], told: list[tuple[str, str, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--catalogue", str(tmp_path), *words]) == 1
    lines = [f"{given} is not allowed; {mode} does not read it; allowed with: {modes}" for given, mode, modes in told]
    assert capsys.readouterr().err.removeprefix("error: ").splitlines() == lines
    assert not (tmp_path / "x.json").exists()


def test_every_option_belongs_to_a_mode() -> None:
    parser = argparse.ArgumentParser()
    evaluate_command.configure(parser)
    assert set(vars(parser.parse_args([]))) == set().union(*evaluate_modes.OPTIONS.values())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], f"--results: None is not allowed; {_ANYTHING}"),
        (["--num-queries", "20"], "--num-queries: 20 is not allowed; it goes with --title-words"),
        (["--only", "default"], "--only: ['default'] is not allowed; it goes with --report"),
        (["--judgments", "a.csv"], "--results: None is not allowed; it goes with --judgments or --protocol"),
        (["--results", "a.jsonl"], f"--results: 'a.jsonl' is not allowed; {_ANYTHING}"),
        (
            ["--pictures", "--new-products"],
            "--catalogue: None is not allowed; `assortment evaluate --pictures --new-products` wants a folder, as "
            "build/generated/catalogue",
        ),
    ],
)
def test_what_is_missing_is_named(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", *words]) == 1
    assert capsys.readouterr().err == f"error: {told}\n"


def test_what_asks_trained_models_goes_together(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    evaluate_command.configure(parser)
    asked = ["--pictures", "--transfer", "--new-products", "--title-words"]
    words = [*asked, "--catalogue", str(tmp_path), "--models", "a", "--products", "9"]
    modes = evaluate_modes.chosen(parser.parse_args(words), vars(parser.parse_args([])))
    assert list(modes) == asked
