from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assortment import manifest
from assortment.errors import DataError, InputError, ManifestError, StepError
from training.pairs import steps
from training.pairs.folder import load
from training.pairs.settings import PairSettings


def metrics_of(folder: Path) -> dict[str, Any]:
    metrics: dict[str, Any] = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    del metrics["seconds"]
    return metrics


def test_a_run_leaves_everything_and_its_accuracy_can_be_counted_by_hand(
    pair_file: Path, tiny: PairSettings, tmp_path: Path
) -> None:
    done, summary = steps.train(pair_file, tmp_path / "out", replace(tiny, batch_pairs=4))
    assert summary.kept == 100
    assert set(done.files) == {
        "backbone/config.json",
        "classifier.safetensors",
        "config.json",
        "metrics.json",
        "summary.json",
        "test_scores.csv",
        "tokenizer.json",
    }
    manifest.verify(tmp_path / "out")
    metrics = metrics_of(tmp_path / "out")
    with (tmp_path / "out" / "test_scores.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    right = [(float(row["probability"]) > 0.5) == (float(row["label"]) == 1) for row in rows]
    assert len(rows) % 4 or len(rows) == metrics["parts"]["test"]["pairs"]
    assert metrics["test"]["correct"] == sum(right)
    assert metrics["test"]["accuracy"] == pytest.approx(sum(right) / len(rows), abs=1e-4)
    low, high = metrics["test_accuracy_interval"]
    assert low <= metrics["test"]["accuracy"] <= high
    assert set(metrics["baselines"]) == {"majority", "price_only", "word_overlap"}
    source = pair_file.read_text(encoding="utf-8").splitlines()
    assert all(source[int(row["line"]) - 1].startswith(f"{row['label']},{row['query']},") for row in rows)


def test_two_runs_give_the_same_figures_and_another_seed_others(pair_file: Path, tiny: PairSettings, tmp_path: Path) -> None:
    for name, settings in {"one": tiny, "two": tiny, "three": replace(tiny, seed=5)}.items():
        steps.train(pair_file, tmp_path / name, settings)
    assert metrics_of(tmp_path / "one") == metrics_of(tmp_path / "two")
    assert metrics_of(tmp_path / "one") != metrics_of(tmp_path / "three")


def test_a_finished_run_is_not_repeated_and_a_changed_file_is(pair_file: Path, tiny: PairSettings, tmp_path: Path) -> None:
    settings = replace(tiny, epochs=1)
    first, _ = steps.train(pair_file, tmp_path / "out", settings)
    assert steps.train(pair_file, tmp_path / "out", replace(settings, threads=2))[0] == first
    pair_file.write_text(pair_file.read_text(encoding="utf-8") + "1,shirt 99,red shirt,\n", encoding="utf-8")
    again, _ = steps.train(pair_file, tmp_path / "out", settings)
    assert again.inputs != first.inputs


def test_scoring_gives_the_same_probabilities_as_training_did(pair_file: Path, tiny: PairSettings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    steps.train(pair_file, out, replace(tiny, epochs=1))
    scored = steps.score(out, pair_file)
    steps.write_scores(tmp_path / "scored.csv", scored.pairs, scored.probability)
    by_line = {pair.line: value for pair, value in zip(scored.pairs, scored.probability, strict=True)}
    with (out / "test_scores.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert by_line[int(row["line"])] == pytest.approx(float(row["probability"]), abs=1e-4)
    assert scored.figures is not None
    assert scored.figures["pairs"] == 100

    unlabelled = tmp_path / "unlabelled.csv"
    unlabelled.write_text("query,desc,price\nshirt,red shirt,5\nshoes,blue shoes,\n", encoding="utf-8")
    scored = steps.score(out, unlabelled)
    assert scored.figures is None
    assert len(scored.probability) == 2


def test_a_damaged_or_missing_classifier_is_refused_by_name(pair_file: Path, tiny: PairSettings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(ManifestError, match="never finished"):
        steps.score(out, pair_file)
    with pytest.raises(StepError, match=r"config\.json is missing"):
        load(out)
    steps.train(pair_file, out, replace(tiny, epochs=1))
    (out / "classifier.safetensors").write_bytes(b"nothing")
    with pytest.raises(ManifestError, match=r"classifier\.safetensors"):
        steps.score(out, pair_file)
    with pytest.raises(StepError, match="damaged"):
        load(out)


def test_graded_labels_need_a_threshold(pair_file: Path, tiny: PairSettings, tmp_path: Path) -> None:
    text = pair_file.read_text(encoding="utf-8").replace("\n1,", "\n3,")
    pair_file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="positive_from"):
        steps.train(pair_file, tmp_path / "out", tiny)
    done, _ = steps.train(pair_file, tmp_path / "out", replace(tiny, epochs=1, positive_from=2))
    assert done.results["test"]["pairs"] > 0


def test_a_strict_run_stops_at_the_line(pair_file: Path, tiny: PairSettings, tmp_path: Path) -> None:
    pair_file.write_text("label,query,desc,price\n7x,shirt,red shirt,5\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 2: label"):
        steps.train(pair_file, tmp_path / "out", tiny, strict=True)


@pytest.mark.slow
def test_the_real_backbone_learns_more_than_the_price_tells(shop, tmp_path: Path) -> None:
    steps.make(shop, pairs=300, seed=1)
    settings = PairSettings(epochs=2, max_tokens=32, threads=1)
    done, _ = steps.train(shop.root / "pairs" / steps.PAIRS, tmp_path / "out", settings)
    assert done.results["test"]["auc"] > done.results["baselines"]["price_only"]["auc"]


def test_grades_are_scored_by_the_threshold_that_is_given(pair_file: Path, tiny: PairSettings, tmp_path: Path) -> None:
    steps.train(pair_file, tmp_path / "out", replace(tiny, epochs=1))
    graded = tmp_path / "graded.csv"
    graded.write_text("label,query,desc,price\n3,red shirt,red shirt,\n1,hat,red shirt,\n,cap,red shirt,\n", encoding="utf-8")
    with pytest.raises(InputError, match="positive_from"):
        steps.score(tmp_path / "out", graded)
    scored = steps.score(tmp_path / "out", graded, positive_from=2)
    assert len(scored.probability) == 3
    assert scored.figures is not None
    assert scored.figures["pairs"] == 2
