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

GRADIENT = 1e-5
LOSS = 1e-4
WEIGHT = 2e-4
"""Sums are taken in another order, and AdamW's first steps are as long for a gradient near zero as for any other."""

TALK = """
import torch
from torch import nn
from assortment.errors import InputError
from training import devices

torch.manual_seed(1)
shared, behind = nn.Linear(4, 3), nn.Linear(3, 3)
parameters = [*shared.parameters(), *behind.parameters()]
rows = torch.randn(5, 4)  # the processes get three and two

def gradients(encode):
    for parameter in parameters:
        parameter.grad = None
    vectors = behind(encode(rows))
    (vectors @ vectors.T).log_softmax(1).square().mean().backward()  # every row matters to every other
    devices.average_gradients(parameters)
    return torch.cat([parameter.grad.flatten() for parameter in parameters])

alone, together = gradients(shared), gradients(lambda rows: devices.shared(shared, rows))
assert alone.abs().max() > 0.01
print(f"difference {float((together - alone).abs().max())}")
try:
    devices.refuse_several("--search")
except InputError as error:
    print(error)

def fail():
    raise InputError("batch", "this one", "allowed: none")

devices.from_main(fail)
"""


def in_two_processes(*command: str) -> subprocess.CompletedProcess[str]:
    """A Python script or module with its arguments, as a launcher starts it."""
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run([*launcher, *command], env=environment, capture_output=True, text=True, timeout=300, check=False)


def flags(settings: TrainingSettings) -> list[str]:
    """Those of ``assortment train`` that give these settings."""
    usual = TrainingSettings().as_dict()
    return [f"--set={name}={value}" for name, value in settings.as_dict().items() if value != usual[name]]


@pytest.mark.slow
def test_gradients_are_those_of_one_process_and_what_stops_the_main_one_stops_all(tmp_path: Path) -> None:
    script = tmp_path / "talk.py"
    script.write_text(TALK, encoding="utf-8")
    done = in_two_processes(str(script))
    differences = [float(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("difference")]
    assert len(differences) == 2, done.stderr
    assert max(differences) < GRADIENT
    assert done.stdout.count("--search: '2 processes' is not allowed; allowed: one process") == 2
    assert done.returncode != 0
    assert "batch: 'this one' is not allowed" in done.stderr


@pytest.mark.slow
def test_two_processes_learn_what_one_does(
    shop: BuildPaths, cached: Features, tiny_settings: TrainingSettings, tmp_path: Path
) -> None:
    settings = replace(tiny_settings, batch_queries=7, accumulation=2, adversarial=0.1)  # 7 does not divide by two
    alone, several = copied(shop, tmp_path / "one"), copied(shop, tmp_path / "two")
    steps.train(alone, settings)
    place = ["--catalogue", several.root.name, "--build", str(several.root.parent)]
    done = in_two_processes("-m", "assortment.cli", "train", *place, *flags(settings))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["processes"] == 2, "one of them prints the results"
    assert done.stderr.count("epoch 1 of at most 2: done") == 1, "one of them shows progress"
    assert len(list((several.root / "logs").rglob("events*"))) == 1, "one of them draws curves"

    one, two = checkpoint.load(alone.checkpoints), checkpoint.load(several.checkpoints)
    for expected, record in zip(one.metrics["epochs"], two.metrics["epochs"], strict=True):
        for name in expected.keys() - {"seconds", "dev_ndcg@10"}:
            assert record[name] == pytest.approx(expected[name], abs=LOSS), name
    for name, module in one.modules().items():
        state = two.modules()[name].state_dict()
        for key, value in module.state_dict().items():
            assert torch.allclose(value.float(), state[key].float(), atol=WEIGHT), f"{name}.{key}"
