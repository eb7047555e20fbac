"""A shop in one command, as its caller types it."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from assortment.cli import main
from assortment.paths import BuildPaths
from demo import shop_command
from training.settings import TrainingSettings, full


def test_a_reader_needs_its_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shop", "mine", "luma", "--build", str(tmp_path)]) == 1
    assert "source: None is not allowed; the luma reader wants" in capsys.readouterr().err


def test_a_shop_without_products_is_told_how_to_get_some(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shop", "mine", "--build", str(tmp_path), "--no-serve"]) == 1
    assert "the catalogue step failed" in capsys.readouterr().err


@pytest.mark.parametrize(("given", "told"), [(["--text-backbone", "bert"], "'bert'"), (["--measure"], "True")])
def test_borrowed_models_are_not_trained(given: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shop", "mine", "--models-of", "other", *given, "--build", str(tmp_path)]) == 1
    why = "--models-of takes trained models; allowed: one of the two"
    assert capsys.readouterr().err == f"error: {given[0]}: {told} is not allowed; {why}\n"


def test_a_language_without_a_word_list_is_refused_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shop", "mine", "--languages", "en,xx", "--build", str(tmp_path)]) == 1
    assert "languages: 'xx' is not allowed; allowed: ar, de, en" in capsys.readouterr().err
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("flags", "languages"), [([], None), (["--languages", ""], ()), (["--languages", "de, en"], ("de", "en"))]
)
def test_languages_go_to_the_export(
    flags: list[str], languages: tuple[str, ...] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[object] = []
    monkeypatch.setattr("export.steps.export", lambda paths, languages: given.append(languages))
    parser = argparse.ArgumentParser()
    shop_command.configure(parser)
    (step,) = (
        step
        for step in shop_command._steps(parser.parse_args(["mine", *flags]), BuildPaths(tmp_path / "mine"))
        if step.name == "export"
    )
    step.run()
    assert given == [languages]


@pytest.mark.parametrize(
    ("flags", "settings", "told"),
    [
        ([], full(held_out_words=True), "scorer with every word that is known"),
        (["--text-backbone", "bert"], full(held_out_words=True, text_backbone="bert"), "with every word that is known"),
        (["--measure"], full(), "scorer without the words that dev and test keep"),
    ],
)
def test_a_shop_learns_the_words_of_the_test_unless_it_is_measured(
    flags: list[str], settings: TrainingSettings, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[TrainingSettings] = []
    monkeypatch.setattr("training.steps.train", lambda paths, given: trained.append(given))
    parser = argparse.ArgumentParser()
    shop_command.configure(parser)
    planned = shop_command._steps(parser.parse_args(["mine", *flags]), BuildPaths(tmp_path / "mine"))
    (step,) = (step for step in planned if step.name == "train")
    step.run()
    assert trained == [settings]
    assert told in step.doing


@pytest.mark.slow
def test_from_a_table_to_a_repository(small_build: BuildPaths, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "shop.csv").write_text("sku,name,colour\n1,Blue mug,Blue\n2,Red mug,Red\n")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "small").symlink_to(small_build.root)
    command = ["shop", "mine", "table", str(tmp_path / "shop.csv"), "--map", "id=sku", "--map", "title=name"]
    command += ["--models-of", "small", "--build", str(tmp_path / "build"), "--no-serve"]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "take the models of small" in told
    assert (tmp_path / "build" / "mine" / "model_repository" / "manifest.json").is_file()
    assert main(command) == 0
    assert capsys.readouterr().out.count("already there") == 4
    assert main(["catalogue", "list", "--catalogue", "mine", "--build", str(tmp_path / "build"), "--json"]) == 0
    assert '"state": "current"' in capsys.readouterr().out
