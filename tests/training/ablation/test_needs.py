"""Variants that need something beside the catalogue: run with what was given, left out and told without."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assortment.cli import main
from assortment.errors import InputError, StepError
from training.ablation.command import _choose
from training.ablation.needs import Given
from training.ablation.variants import VARIANTS
from training.augmentation import writer

BY_NAME = {variant.name: variant for variant in VARIANTS}
WRITTEN, TRANSLATED = BY_NAME["with written queries"], BY_NAME["with back-translated queries"]


@pytest.fixture(scope="module")
def seq2seq_folder(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seq2seq")
    writer.save(folder, writer.new(str(tiny_bert), [("red shirt", "shirt")]))
    return folder


@pytest.fixture
def no_apertium(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def test_what_was_given_goes_to_the_variants_that_need_it_alone(seq2seq_folder: Path) -> None:
    both = f"{seq2seq_folder},{seq2seq_folder}"
    given = Given(writer=str(seq2seq_folder), translators=both)
    assert given.options() == f" --translators {both} --writer {seq2seq_folder}"
    assert given.to(WRITTEN).changes == {"written": 0.05, "writer": str(seq2seq_folder)}
    assert given.to(TRANSLATED).changes == {"back_translated": 0.05, "translators": both}
    assert not any(given.lacks(variant) for variant in VARIANTS)
    assert all(given.to(variant) == variant for variant in VARIANTS if not variant.needs), "their runs are those of before"


@pytest.mark.usefixtures("no_apertium")
def test_what_is_not_there_is_left_out_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    variants, lacking = _choose(Given(), [])
    assert [variant.name for variant in VARIANTS if variant not in variants] == list(lacking) == [TRANSLATED.name, WRITTEN.name]
    assert "apt-get install apertium apertium-eng-spa" in lacking[TRANSLATED.name]
    assert "assortment augment --train-writer DIR" in lacking[WRITTEN.name]
    told = capsys.readouterr().err
    assert all(f"not run: {name}: it needs --" in told for name in lacking)


@pytest.mark.usefixtures("no_apertium")
@pytest.mark.parametrize(("name", "told"), [(WRITTEN.name, "needs --writer DIR"), (TRANSLATED.name, "needs --translators THERE")])
def test_asked_for_by_name_it_is_an_error(name: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match=f"--only.*{told}"):
        _choose(Given(), [name])
    assert main(["evaluate", "--report", "--catalogue", str(tmp_path), "--only", name]) == 1
    assert told in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("apertium") is None, reason="apertium is not installed")
def test_apertium_is_enough_to_translate() -> None:
    assert not Given().lacks(TRANSLATED)
    assert Given().to(TRANSLATED) == TRANSLATED


def test_folders_that_cannot_be_used_are_told_before_anything_is_trained(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two seq2seq folders"):
        Given(translators=str(tmp_path))
    with pytest.raises(StepError, match="is no sequence-to-sequence model"):
        Given(translators=f"{tmp_path},{tmp_path}")
    with pytest.raises(StepError, match="is no sequence-to-sequence model"):
        Given(writer=str(tmp_path))
