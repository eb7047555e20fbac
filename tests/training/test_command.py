from __future__ import annotations

import argparse

import pytest

from assortment.errors import InputError
from training import command
from training.settings import TrainingSettings, full, quick


def parsed(*arguments: str) -> TrainingSettings:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.settings_from(parser.parse_args(arguments))


def test_without_flags_a_preset_is_what_the_settings_say() -> None:
    assert parsed() == quick()
    assert parsed("--preset", "full") == full()


def test_flags_change_the_preset() -> None:
    settings = parsed("--preset", "full", "--epochs", "2", "--fusion", "gated", "--scorer", "linear", "--linear-loss", "article")
    assert settings == full(epochs=2, fusion="gated", scorer="linear", linear_loss="article")


def test_a_wrong_number_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="epochs"):
        parsed("--epochs", "0")
