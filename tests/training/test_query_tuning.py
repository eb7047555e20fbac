"""What the loop asks of a method beside its gradients: ranks that are told, a penalty, and layers that keep nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from assortment.errors import StepError
from tests.training.test_text_families import make_folder
from training import backbones, bottleneck, query_tuning
from training.settings import TrainingSettings
from training.text_encoder import TextEncoder

IDS = torch.tensor([[2, 5, 6, 3]])


def tuned(folder: Path, settings: TrainingSettings) -> TextEncoder:
    torch.manual_seed(1)
    encoder = TextEncoder.of(backbones.load_text(str(folder)).model)
    bottleneck.insert(encoder, settings)
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


def test_adalora_is_drawn_towards_orthonormal_directions(tiny_bert: Path, tiny_settings: TrainingSettings) -> None:
    encoder = tuned(tiny_bert, replace(tiny_settings, query_tuning="adalora", adapter_rank=2, adapter_layers=1))
    directions = [parameter for name, parameter in encoder.named_parameters() if "lora_A" in name or "lora_B" in name]
    lost = query_tuning.penalty(encoder)
    assert isinstance(lost, Tensor)
    assert float(lost.detach()) > 0
    torch.autograd.backward(lost)
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in directions)
    for parameter in directions:
        torch.nn.init.orthogonal_(parameter)
    with torch.no_grad():
        assert float(query_tuning.penalty(encoder)) < 1e-5


def test_the_penalty_is_the_one_that_peft_has_for_models_with_a_loss(tiny_bert: Path, tiny_settings: TrainingSettings) -> None:
    encoder = tuned(tiny_bert, replace(tiny_settings, query_tuning="adalora", adapter_rank=2, adapter_layers=1))
    adapted = encoder.backbone.base_model
    loss = torch.tensor(1.0)
    plain = adapted.model.forward
    adapted.model.forward = lambda **told: SimpleNamespace(loss=loss.clone(), states=plain(**told).last_hidden_state)
    outputs = adapted(input_ids=IDS, attention_mask=torch.ones_like(IDS))
    torch.testing.assert_close(outputs.loss - loss, query_tuning.penalty(encoder))


def test_other_methods_have_no_penalty(tiny_bert: Path, tiny_settings: TrainingSettings) -> None:
    for method in ("lora", "full", "frozen"):
        assert query_tuning.penalty(tuned(tiny_bert, replace(tiny_settings, query_tuning=method))) == 0


def backward(encoder: TextEncoder) -> tuple[int, dict[str, Tensor]]:
    """How many numbers a step keeps for its backward pass, and the gradients."""
    kept = 0

    def pack(saved: Tensor) -> Tensor:
        nonlocal kept
        kept += saved.numel()
        return saved

    ids = IDS.repeat(4, 4)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda saved: saved):
        loss = encoder(ids, torch.ones_like(ids)).sum()
    torch.autograd.backward(loss)
    return kept, {name: value.grad for name, value in encoder.named_parameters() if value.grad is not None}


@pytest.mark.parametrize("method", ["lora", "adalora", "ia3", "bottleneck", "full"])
def test_layers_that_are_computed_again_keep_less_and_learn_the_same(
    tiny_bert: Path, tiny_settings: TrainingSettings, method: str
) -> None:
    settings = replace(tiny_settings, query_tuning=method)
    usual, saving = (tuned(tiny_bert, replace(settings, gradient_checkpointing=on)) for on in (False, True))
    (kept, gradients), (fewer, again) = backward(usual), backward(saving)
    assert fewer < kept
    assert again.keys() == gradients.keys()
    for name, gradient in gradients.items():
        torch.testing.assert_close(again[name], gradient, msg=name)
    dropouts = [part for part in saving.modules() if isinstance(part, torch.nn.Dropout) and part.p]
    assert dropouts
    assert not any(part.training for part in dropouts)


def test_a_family_without_such_layers_is_refused(tiny_settings: TrainingSettings, tmp_path: Path) -> None:
    with pytest.raises(StepError, match=r"gradient_checkpointing.*'albert'"):
        tuned(make_folder(tmp_path, "albert"), replace(tiny_settings, gradient_checkpointing=True))
