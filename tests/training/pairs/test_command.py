from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from assortment.cli import main
from assortment.errors import InputError
from assortment.paths import BuildPaths
from training.pairs import command
from training.pairs.settings import PairSettings, quick, standard


def parsed(*arguments: str) -> PairSettings:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.settings_from(parser.parse_args(["train", "pairs.csv", *arguments]))


def test_flags_change_the_preset() -> None:
    assert parsed() == standard() == PairSettings()
    assert parsed("--quick", "--seed", "3") == quick(seed=3)
    settings = parsed("--price", "text", "--split", "row", "--epochs", "4", "--patience", "0", "--positive-from", "2")
    assert settings == standard(price="text", split="row", epochs=4, patience=0, positive_from=2.0)


@pytest.mark.parametrize(
    ("field", "value"),
    [("price", "digits"), ("epochs", 0), ("patience", -1), ("learning_rate", 0.0), ("test_share", 0.5), ("warmup_fraction", 1.0)],
)
def test_a_wrong_setting_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(InputError, match=field):
        PairSettings(**{field: value})


def test_make_train_and_score_as_people_type_them(
    shop: BuildPaths, pair_bert: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["--catalogue", shop.root.name, "--build", str(shop.root.parent)]
    assert main(["pairs", "make", *names, "--pairs", "150"]) == 0
    file = shop.root / "pairs" / "pairs.csv"
    assert f"{file}: " in capsys.readouterr().out
    with file.open("a", encoding="utf-8") as out:
        out.write("perhaps,shirt,Shirt,5\n")
    train = ["pairs", "train", str(file), "--quick", "--text-backbone", str(pair_bert), "--output", str(tmp_path / "model")]
    assert main([*train, "--threads", "1"]) == 0
    told = capsys.readouterr()
    assert "151 rows read" in told.err
    assert "label that is no number" in told.err
    assert "price only" in told.out
    assert main(["pairs", "score", str(tmp_path / "model"), str(file), "--output", str(tmp_path / "scored.csv")]) == 0
    assert '"accuracy"' in capsys.readouterr().out
    assert main([*train, "--strict"]) == 1
    assert "line 152: label" in capsys.readouterr().err
