"""Two real processes on the CPU, talking by gloo, against one; and that no step of the loop mixes devices. No GPU is here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from assortment.contract import MAX_QUERY_TOKENS
from assortment.errors import InputError
from assortment.paths import BuildPaths
from assortment.text import TextTokenizer
from tests.training.test_steps import copied
from training import adversarial, checkpoint, dev_ranking, devices, steps
from training.data import BatchMaker, new_corpus
from training.features import Features
from training.grammars import Grammars
from training.models import new_models
from training.objective import all_product_vectors, encoder_losses, ranking_loss
from training.prepared import Prepared
from training.settings import TrainingSettings
from training.teacher.lessons import Lesson

GRADIENT = 1e-5
LOSS = 1e-4
WEIGHT = 2e-4
RELATIVE = 1e-4
"""Sums are taken in another order, and AdamW's first steps are as long for a gradient near zero as for any other."""
FITTED = 2e-3
"""Of the scorer and the heads of facets, which are fitted to the end on what the encoders give."""

TALK = """
import sys
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
sys.stdout.write(f"difference {float((together - alone).abs().max())}\\n")  # at once: two processes write
try:
    devices.refuse_several("--search")
except InputError as error:
    sys.stdout.write(f"{error}\\n")
gradients(shared)  # both have written when both are through

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
    changed = {name: value for name, value in settings.as_dict().items() if value != usual[name]}
    return [f"--set={name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in changed.items()]


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
    settings = replace(tiny_settings, batch_queries=7, accumulation=2, adversarial=0.1, ensemble=2)  # 7 does not divide by two
    alone, several = copied(shop, tmp_path / "one"), copied(shop, tmp_path / "two")
    steps.train(alone, settings)
    place = ["--catalogue", several.root.name, "--build", str(several.root.parent)]
    done = in_two_processes("-m", "assortment.cli", "train", *place, *flags(settings))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["processes"] == 2, "one of them prints the results"
    assert done.stderr.count("epoch 1 of at most 2, seed 18: done") == 1, "one of them shows progress"
    assert len(list((several.root / "logs").rglob("events*"))) == 2, "one of them draws each member's curves"

    one, two = checkpoint.load(alone.checkpoints), checkpoint.load(several.checkpoints)
    for expected, record in zip(one.metrics["epochs"], two.metrics["epochs"], strict=True):
        for name in expected.keys() - {"seconds", "dev_ndcg@10"}:
            assert record[name] == pytest.approx(expected[name], abs=LOSS), name
    for name, module in one.modules().items():
        state = two.modules()[name].state_dict()
        atol, rtol = (FITTED, FITTED) if name in ("scorer", "named_facets", "open_facets") else (WEIGHT, RELATIVE)
        for key, value in module.state_dict().items():
            assert torch.allclose(value.float(), state[key].float(), atol=atol, rtol=rtol), f"{name}.{key}"


@pytest.mark.slow
def test_the_main_process_alone_mines_negatives(
    shop: BuildPaths, cached: Features, tiny_settings: TrainingSettings, tmp_path: Path
) -> None:
    numbers = {"hard_negatives": 2, "semantic_negatives": 2, "knowledge_negatives": 2}
    settings = replace(tiny_settings, learning_rate=0.05, **numbers)
    paths = copied(shop, tmp_path)
    done = in_two_processes(
        "-m", "assortment.cli", "train", "--catalogue", paths.root.name, "--build", str(paths.root.parent), *flags(settings)
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["processes"] == 2
    assert all(told["queries"]["negatives"]["added"][name] > 0 for name in ("hard", "semantic", "knowledge"))
    assert sum(told["queries"]["drawn"].values()) == settings.epochs * settings.steps_per_epoch * settings.batch_queries


class Words(nn.Module):
    """In place of BERT, which looks at values before it computes."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.table = nn.Embedding(1000, hidden_size)

    def get_input_embeddings(self) -> nn.Embedding:
        return self.table

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SimpleNamespace:
        return SimpleNamespace(last_hidden_state=self.table(input_ids))


def test_a_step_stays_on_the_device(shop: BuildPaths, tiny_settings: TrainingSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The device that has shapes and no values stands for a GPU: it takes no tensors of the CPU either."""
    settings = replace(tiny_settings, product_noise=0.1, teacher_weight=1.0)
    prepared = Prepared.open(shop, settings)
    products, rows = prepared.catalogue.products, prepared.train_rows
    models = new_models(products, prepared.features, settings)
    corpus = new_corpus(products, prepared.features, models, rows)
    tokenizer = TextTokenizer(models.tokenizer_file, max_tokens=MAX_QUERY_TOKENS)
    grammar = Grammars(products, rows, prepared.protocol, None, settings).training("encoder")
    maker = BatchMaker(corpus, grammar, tokenizer, settings, num_categories=len(models.categories))
    batch = maker.batch(np.random.default_rng(0))
    hidden_size = models.text_encoder.projection.in_features
    number = len(batch.grade)
    texts = (batch.queries.token_ids, batch.queries.mask, torch.randn(number, hidden_size))
    lesson = Lesson(batch.queries, batch.rows[:number, None], torch.randn(number, 1))
    models.text_encoder.backbone = Words(hidden_size)
    for name in ("text_encoder", "product_text_encoder", "image_encoder", "fusion", "product_fusion"):
        models.modules()[name].to("meta").train()

    monkeypatch.setattr(devices, "device", lambda: torch.device("meta"))
    seen, asked, put = devices.put((corpus, prepared.dev, (batch, texts, lesson)))
    loss = encoder_losses(models, seen, put[0], put[1], settings, put[2]).total(settings)
    attacked = adversarial.attacked(models.text_encoder, lambda: ranking_loss(models, seen, put[0], settings), 0.1)
    torch.autograd.backward(loss + attacked)
    found = dev_ranking.nearest(dev_ranking.encode(models, asked)[0], all_product_vectors(models, seen), 10)
    assert found.device.type == "meta"
    with pytest.raises(RuntimeError, match="device"):
        encoder_losses(models, seen, put[0], texts, settings, put[2])


def test_settings_of_the_launcher_that_would_be_ignored_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", "bf16")
    devices._state.cache_clear()
    try:
        with pytest.raises(InputError, match=r"mixed_precision: 'bf16'.*allowed: no; instead: .*--set mixed_precision=true"):
            devices.device()
    finally:
        devices._state.cache_clear()
