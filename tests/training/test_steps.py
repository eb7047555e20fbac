"""The whole train step for real, with the tiny encoder."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from assortment import manifest
from assortment.errors import AssortmentError, ManifestError
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from training import checkpoint, steps
from training.features import Features
from training.loop import STATE_FILE
from training.settings import TrainingSettings
from training.zero_shot import FILENAME


@pytest.fixture(scope="module")
def trained(shop: BuildPaths, cached: Features, tiny_settings: TrainingSettings) -> BuildPaths:
    steps.train(shop, tiny_settings)
    return shop


def test_a_finished_run_leaves_models_metrics_and_the_baseline(trained: BuildPaths, protocol: Protocol) -> None:
    results = manifest.verify(trained.checkpoints).results
    models = checkpoint.load(trained.checkpoints)
    assert [record["epoch"] for record in models.metrics["epochs"]] == [0, 1, 2]
    assert 0 <= results["relevance"]["dev"]["ndcg@10"] <= 1
    baseline = json.loads((trained.checkpoints / FILENAME).read_text())
    assert set(baseline["test_ids"]) == {query.id for query in protocol.queries("test")}
    assert all(len(set(ids)) == 10 for ids in baseline["test_ids"].values())
    assert baseline["mix"] in baseline["mixes"]
    assert not (trained.checkpoints / STATE_FILE).exists()


def test_a_current_checkpoint_is_not_trained_again(trained: BuildPaths, tiny_settings: TrainingSettings) -> None:
    before = (trained.checkpoints / "scorer.safetensors").stat().st_mtime_ns
    steps.train(trained, replace(tiny_settings, threads=2))
    assert (trained.checkpoints / "scorer.safetensors").stat().st_mtime_ns == before


def test_the_same_settings_give_the_same_models(trained: BuildPaths, tiny_settings: TrainingSettings, tmp_path: Path) -> None:
    again = copied(trained, tmp_path)
    steps.train(again, tiny_settings)
    first, second = checkpoint.load(trained.checkpoints), checkpoint.load(again.checkpoints)
    for name, module in first.modules().items():
        state = second.modules()[name].state_dict()
        for key, value in module.state_dict().items():
            assert torch.allclose(value.float(), state[key].float(), atol=1e-5), f"{name}.{key}"


def test_a_run_that_was_killed_has_counted_what_it_drew_before(
    trained: BuildPaths, tiny_settings: TrainingSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = copied(trained, tmp_path)

    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("training.scorer_training.fit", kill)
        with pytest.raises(KeyboardInterrupt):
            steps.train(again, tiny_settings)
    steps.train(again, tiny_settings)
    drawn = [checkpoint.load(paths.checkpoints).metrics["queries"] for paths in (trained, again)]
    assert drawn[0] == drawn[1]
    assert sum(drawn[0]["drawn"].values()) == tiny_settings.epochs * tiny_settings.steps_per_epoch * tiny_settings.batch_queries


@pytest.mark.parametrize(
    "changes",
    [
        {"text_backbone": "./no-model"},
        {"wordnet": "./no-wordnet"},
        {"pretraining": "mlm"},
        {"back_translated": 0.1, "translators": "./a,./b"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_setting_that_cannot_work_costs_no_models(
    trained: BuildPaths, tiny_settings: TrainingSettings, changes: dict[str, Any]
) -> None:
    before = manifest.verify(trained.checkpoints)
    with pytest.raises(AssortmentError):
        steps.train(trained, replace(tiny_settings, **changes))
    assert manifest.verify(trained.checkpoints) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"fusion": "mean", "adversarial": 0.5},
        {"fusion": "gated", "scorer": "linear", "query_tuning": "full", "gradient_checkpointing": True},
        {"adapter_rank": 0, "mixed_precision": True},
        {"query_tuning": "bottleneck"},
    ],
)
def test_the_options_train(
    trained: BuildPaths, tiny_settings: TrainingSettings, tmp_path: Path, changes: dict[str, object]
) -> None:
    again = copied(trained, tmp_path)
    steps.train(again, replace(tiny_settings, epochs=1, **changes))
    models = checkpoint.load(again.checkpoints)
    vector, intent = models.fusion(torch.randn(2, 256), torch.zeros(2, 256), torch.tensor([[1.0, 0.0]] * 2))
    assert np.isfinite(vector.numpy()).all()
    assert torch.allclose(intent.sum(1), torch.ones(2), atol=1e-5)


@pytest.mark.parametrize(("method", "has_penalty"), [("adalora", True), ("dora", False)])
def test_the_loss_of_adalora_alone_has_a_penalty(
    trained: BuildPaths, tiny_settings: TrainingSettings, tmp_path: Path, method: str, has_penalty: bool
) -> None:
    again, settings = copied(trained, tmp_path), replace(tiny_settings, epochs=1, query_tuning=method)
    steps.train(again, settings)
    figures = checkpoint.load(again.checkpoints).metrics["epochs"][1]
    terms = {"ranking": 1.0, "intent": settings.intent_weight, "similarity": settings.similarity_weight}
    rest = figures["loss"] - sum(weight * figures[name] for name, weight in terms.items())
    assert (rest > 0.1) == has_penalty
    assert has_penalty or rest == pytest.approx(0, abs=1e-4)


def test_an_edited_protocol_is_refused(shop: BuildPaths, tiny_settings: TrainingSettings, tmp_path: Path) -> None:
    paths = copied(shop, tmp_path)
    queries = paths.protocol / "queries.jsonl"
    queries.write_text(queries.read_text().replace("dev-0001", "dev-9999"))
    with pytest.raises(ManifestError, match=r"queries\.jsonl"):
        steps.train(paths, tiny_settings)


def copied(paths: BuildPaths, folder: Path) -> BuildPaths:
    """The inputs of training, without checkpoints."""
    copy = BuildPaths(folder / "shop")
    for source, target in ((paths.catalogue, copy.catalogue), (paths.protocol, copy.protocol), (paths.features, copy.features)):
        if source.is_dir():
            shutil.copytree(source, target)
    return copy
