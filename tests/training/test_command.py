from __future__ import annotations

import argparse
import shlex
from types import ModuleType

import pytest

from assortment.errors import InputError, StepError
from assortment.paths import BuildPaths
from demo import shop_command
from training import command
from training.search import Found
from training.settings import TrainingSettings, full, quick


def parsed(*arguments: str) -> TrainingSettings:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.settings_from(parser.parse_args(arguments))


def test_without_flags_a_preset_is_what_the_settings_say() -> None:
    assert parsed() == full()
    assert parsed("--preset", "quick") == quick()


def test_flags_change_the_preset() -> None:
    settings = parsed("--epochs", "2", "--fusion", "gated", "--scorer", "linear", "--linear-loss", "article")
    assert settings == full(epochs=2, fusion="gated", scorer="linear", linear_loss="article")


def test_any_setting_can_be_set_by_name() -> None:
    changed = parsed(
        "--set", "negation=0.2", "--set", "domain_words=false", "--set", "batch_queries=16", "--set", "wordnet=/words"
    )
    assert changed == full(negation=0.2, domain_words=False, batch_queries=16, wordnet="/words")
    for wrong, named in (("negations=0.2", "allowed names"), ("domain_words=no", "true, false"), ("batch_queries=x", "int")):
        with pytest.raises(InputError, match=named):
            parsed("--set", wrong)


def test_a_wrong_number_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="epochs"):
        parsed("--epochs", "0")


def test_assortment_train_and_shop_take_the_folder_of_a_text_encoder(shop: BuildPaths) -> None:
    folder = str(shop.root / "no-model")
    build = ["--build", str(shop.root.parent)]
    refused = f"text backbone '{folder}': there is no such folder"
    with pytest.raises(StepError, match=refused):
        run(command, "--catalogue", shop.root.name, *build, "--text-backbone", folder)
    with pytest.raises(StepError, match=refused):
        run(shop_command, shop.root.name, *build, "--text-backbone", folder)
    with pytest.raises(InputError, match=r"--text-backbone.*one of the two"):
        run(shop_command, shop.root.name, *build, "--text-backbone", folder, "--models-of", "other")


def run(module: ModuleType, *arguments: str) -> None:
    parser = argparse.ArgumentParser()
    module.configure(parser)
    module.run(parser.parse_args(arguments))


def test_a_search_prints_a_command_that_trains_what_it_found(
    shop: BuildPaths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Found(settings={"learning_rate": 0.00123456789}, dev_ndcg=0.9, usual_dev_ndcg=0.8, trials=3)
    monkeypatch.setattr("training.search.search", lambda paths, settings, *, trials: found)
    given = ["--catalogue", "mine", "--build", "my build", "--preset", "quick", "--set", "domain_words=false", "--wordnet", "a b"]
    run(command, *given, "--search", "3")
    words = shlex.split(capsys.readouterr().out.splitlines()[-1])
    assert words[:2] == ["assortment", "train"]
    assert parsed(*words[2:]) == quick(domain_words=False, wordnet="a b", learning_rate=0.00123456789)
    assert words[words.index("--build") + 1] == "my build"
