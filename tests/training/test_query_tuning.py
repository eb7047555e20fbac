"""AdaLoRA goes on after a kill with the ranks that it had given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from training import backbones, query_tuning
from training.settings import TrainingSettings
from training.text_encoder import TextEncoder

IDS = torch.tensor([[2, 5, 6, 3]])


def tuned(folder: Path, settings: TrainingSettings) -> TextEncoder:
    torch.manual_seed(1)
    encoder = TextEncoder.of(backbones.load_text(str(folder)).model)
    query_tuning.attach(encoder, settings)
    return encoder


def step(encoder: TextEncoder, number: int) -> None:
    torch.autograd.backward(encoder(IDS, torch.ones_like(IDS)).sum())
    query_tuning.after_step(encoder, number)
    encoder.zero_grad()


def test_ranks_are_told_and_taken_back(tiny_bert: Path, tiny_settings: TrainingSettings, tmp_path: Path) -> None:
    settings = replace(tiny_settings, query_tuning="adalora", adapter_rank=2, adapter_layers=1, epochs=3, steps_per_epoch=10)
    encoder = tuned(tiny_bert, settings)
    for number in range(25):  # the last division of ranks is at 20 of 30
        step(encoder, number)
    told = query_tuning.ranks(encoder)
    assert sum(sum(kept) for kept in told.values()) < sum(len(kept) for kept in told.values())
    torch.save(told, tmp_path / "rest.pt")
    again = tuned(tiny_bert, settings)
    query_tuning.set_ranks(again, torch.load(tmp_path / "rest.pt", weights_only=True))
    step(again, 25)
    assert query_tuning.ranks(again) == told


def test_other_methods_have_none(tiny_bert: Path, tiny_settings: TrainingSettings) -> None:
    encoder = tuned(tiny_bert, replace(tiny_settings, query_tuning="lora"))
    query_tuning.set_ranks(encoder, None)
    assert query_tuning.ranks(encoder) is None
