"""``assortment augment`` shows every way, and leaves what it finds as it is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from assortment import manifest
from assortment.cli import main
from assortment.paths import BuildPaths
from training import features
from training.augmentation.at_hand import AtHand
from training.features import Features
from training.knowledge import steps as knowledge_steps
from training.settings import TrainingSettings


@pytest.fixture
def own(shop: BuildPaths, cached: Features, tmp_path: Path) -> BuildPaths:
    """A copy of the shop with features."""
    shutil.copytree(shop.root, tmp_path / "shop")
    return BuildPaths(tmp_path / "shop")


def command(own: BuildPaths, *more: str) -> list[str]:
    return ["augment", "--catalogue", "shop", "--build", str(own.root.parent), *more]


@pytest.mark.slow
def test_augment_shows_every_way_and_changes_nothing(
    own: BuildPaths, tiny_settings: TrainingSettings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    knowledge_steps.build(own, replace(tiny_settings, held_out_words=True))  # not what the command would make itself
    before = {file: file.read_bytes() for file in own.root.rglob("*") if file.is_file()}
    assert main(command(own, "--show", "2")) == 0
    assert {file: file.read_bytes() for file in own.root.rglob("*") if file.is_file()} == before
    shown = capsys.readouterr().out
    ways = ("head terms", "gifts", "negation", "replaced", "rewritten", "misspelt", "titles", "product noise", "type balance")
    assert all(way in shown for way in ways)
    assert "cosine 0." in shown
    assert "titles: " in shown
    assert " kept" in shown
    assert "--train-writer DIR makes one" in shown


def test_what_is_missing_is_made(own: BuildPaths, tiny_bert: Path) -> None:
    shutil.rmtree(own.features)
    made = AtHand.open(own, TrainingSettings(), str(tiny_bert))
    assert made.settings.text_backbone == str(tiny_bert)
    assert manifest.verify(own.features).step == features.STEP
    assert manifest.verify(own.knowledge).step == knowledge_steps.STEP


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--show", "-1"], "--show: -1 is not allowed"),
        (["--steps", "3"], "--steps: 3 is not allowed"),
        (["--queries", "log.csv"], "allowed: with --train-writer"),
        (["--train-writer", "w", "--steps", "0"], "--steps: 0 is not allowed"),
        (["--text-backbone", "another"], "whose features are in"),
    ],
)
def test_what_cannot_be_is_refused(own: BuildPaths, more: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command(own, *more)) == 1
    assert told in capsys.readouterr().err


def test_features_of_another_catalogue_are_left_and_told(own: BuildPaths, capsys: pytest.CaptureFixture[str]) -> None:
    there = manifest.read(own.features)
    manifest.save(own.features, replace(there, inputs={"catalogue": "0" * 64}))
    assert main(command(own)) == 1
    assert "another state" in capsys.readouterr().err
