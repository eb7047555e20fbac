from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from assortment.errors import StepError
from training import tracking
from training.settings import TrainingSettings
from training.tracking import curves

SETTINGS = TrainingSettings(seed=3)


def test_tensorboard_has_the_curves(tmp_path: Path) -> None:
    with curves(tmp_path, SETTINGS) as record:
        record({"loss": 2.0}, 1)
        record({"loss": 1.0}, 2)
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    assert [(event.step, event.value) for event in events.Scalars("train/loss")] == [(1, 2.0), (2, 1.0)]
    assert not (tmp_path / "wandb").exists()


def test_weights_and_biases_writes_a_run_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANDB_MODE", raising=False)
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:1")
    with curves(tmp_path, replace(SETTINGS, tracker="wandb")) as record:
        record({"loss": 2.0, "dev_ndcg@10": 0.5}, 1)
    (run,) = (tmp_path / "wandb").glob("offline-run-*/run-*.wandb")
    written = run.read_bytes()
    assert b"train/loss" in written
    assert b"dev_ndcg@10" in written
    assert b"teacher_weight" in written, "the settings of the run are in it"


def test_where_curves_go_makes_no_other_models() -> None:
    assert replace(SETTINGS, tracker="wandb", threads=1).decisive() == SETTINGS.decisive()
    assert replace(SETTINGS, seed=4).decisive() != SETTINGS.decisive()


def test_a_tracker_that_is_not_installed_is_told_before_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking, "find_spec", lambda name: None)
    tracking.check(SETTINGS)
    with pytest.raises(StepError, match="wandb is not installed"):
        tracking.check(replace(SETTINGS, tracker="wandb"))
