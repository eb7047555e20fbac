"""Whose figures are no test of strange words."""

from __future__ import annotations

from pathlib import Path

import pytest

from assortment import manifest, strange_words
from assortment.errors import ManifestError
from assortment.paths import BuildPaths


def trained(folder: Path, **results: bool) -> BuildPaths:
    paths = BuildPaths(folder)
    paths.checkpoints.mkdir(parents=True)
    manifest.write(paths.checkpoints, step="train", inputs={}, settings={}, results=results)
    return paths


def test_models_that_learned_the_words_are_named(tmp_path: Path) -> None:
    served = trained(tmp_path / "served", test_words_trained_on=True)
    measured = trained(tmp_path / "measured", test_words_trained_on=False)
    older = trained(tmp_path / "older")
    untrained = BuildPaths(tmp_path / "untrained")
    (note,) = strange_words.notes([measured, served, older, untrained])
    assert note.startswith("served's models were trained on the words that dev and test keep (test_words_trained_on): ")


def test_a_damaged_manifest_is_told(tmp_path: Path) -> None:
    served = trained(tmp_path / "served", test_words_trained_on=True)
    (served.checkpoints / manifest.FILENAME).write_text("{", encoding="utf-8")
    with pytest.raises(ManifestError, match="is not a manifest"):
        strange_words.notes([served])
