"""Two real processes on the CPU, talking by gloo, against one. What a GPU would change is not run here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from assortment.paths import BuildPaths
from tests.training.test_steps import copied
from training import checkpoint, steps
from training.features import Features
from training.settings import TrainingSettings

LOSS = {"abs": 1e-4}
WEIGHT = {"atol": 2e-4}
"""Sums are taken in another order, and AdamW's first steps are as long for a gradient near zero as for any other."""


@pytest.fixture
def inputs(shop: BuildPaths, cached: Features, tmp_path: Path) -> BuildPaths:
    """Of a run in several processes."""
    return copied(shop, tmp_path / "several")


def in_two_processes(paths: BuildPaths, settings: TrainingSettings) -> subprocess.CompletedProcess[str]:
    """``assortment train``, as a launcher starts it."""
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    given, usual = settings.as_dict(), TrainingSettings().as_dict()
    changes = [f"--set={name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in given.items() if value != usual[name]]
    command = ["-m", "assortment.cli", "train", "--catalogue", paths.root.name, "--build", str(paths.root.parent), *changes]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run([*launcher, *command], env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.slow
def test_two_processes_learn_what_one_does(
    shop: BuildPaths, cached: Features, inputs: BuildPaths, tiny_settings: TrainingSettings, tmp_path: Path
) -> None:
    settings = replace(tiny_settings, batch_queries=7, accumulation=2, adversarial=0.1)  # 7 does not divide by two
    alone = copied(shop, tmp_path / "one")
    steps.train(alone, settings)
    done = in_two_processes(inputs, settings)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["processes"] == 2, "one of them prints the results"
    assert done.stderr.count("epoch 1 of at most 2: done") == 1, "one of them shows progress"
    assert len(list((inputs.root / "logs").rglob("events*"))) == 1, "one of them draws curves"

    one, two = checkpoint.load(alone.checkpoints), checkpoint.load(inputs.checkpoints)
    for expected, record in zip(one.metrics["epochs"], two.metrics["epochs"], strict=True):
        for name in expected.keys() - {"seconds", "dev_ndcg@10"}:
            assert record[name] == pytest.approx(expected[name], **LOSS), name
    for name, module in one.modules().items():
        state = two.modules()[name].state_dict()
        for key, value in module.state_dict().items():
            assert torch.allclose(value.float(), state[key].float(), **WEIGHT), f"{name}.{key}"


@pytest.mark.slow
def test_what_stops_the_main_process_stops_all(inputs: BuildPaths, tiny_settings: TrainingSettings) -> None:
    done = in_two_processes(inputs, replace(tiny_settings, pretraining="mlm"))
    assert done.returncode != 0
    assert "pretraining=mlm has nothing to hide tokens behind" in done.stderr
    assert not inputs.checkpoints.joinpath("manifest.json").exists()
