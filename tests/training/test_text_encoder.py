from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
import torch
from torch.nn import functional as F

from assortment.text import TextTokenizer, pad
from training import adversarial, backbones, bottleneck, query_tuning
from training.settings import QueryTuning, TrainingSettings
from training.text_encoder import TextEncoder, principal_directions
from training.text_features import encode_texts


@pytest.fixture
def encoder(tiny_bert: Path) -> TextEncoder:
    torch.manual_seed(0)
    return TextEncoder(backbones.load_text(str(tiny_bert)).model, hidden_size=32).eval()


@torch.inference_mode()
def test_padding_changes_nothing(encoder: TextEncoder) -> None:
    ids = torch.tensor([[2, 30, 31, 3]])
    padded = F.pad(ids, (0, 5))
    alone = encoder(ids, torch.ones_like(ids))
    beside = encoder(padded, (padded != 0).long())
    assert torch.allclose(alone, beside, atol=1e-6)
    assert alone.norm().item() == pytest.approx(1.0, abs=1e-5)


def test_principal_directions_keep_the_cosines() -> None:
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randn((500, 40), generator=generator) @ torch.randn((40, 384), generator=generator)  # rank 40
    projected = hidden @ principal_directions(hidden).T
    before, after = F.normalize(hidden, dim=1), F.normalize(projected, dim=1)
    assert torch.allclose(before @ before.T, after @ after.T, atol=1e-4)


def test_a_narrow_encoder_fills_up_with_zeros() -> None:
    directions = principal_directions(torch.randn(50, 32))
    assert directions.shape == (256, 32)
    assert directions[32:].abs().max() == 0


def test_many_texts_are_encoded_as_each_alone(encoder: TextEncoder, tiny_bert: Path) -> None:
    tokenizer = TextTokenizer(tiny_bert, max_tokens=32)
    texts = ["red shirt", "a", "blue shoes for women", "red shirt", "coffee"]
    together = encode_texts(encoder, tokenizer, texts, precision="float32")
    for text, vector in zip(texts, together, strict=True):
        ids, mask = (torch.from_numpy(array) for array in pad([tokenizer.encode(text)]))
        with torch.inference_mode():
            alone = F.normalize(encoder.pool(ids, mask), dim=1)[0]
        assert torch.allclose(torch.from_numpy(vector), alone, atol=1e-5)


@pytest.mark.parametrize("method", get_args(QueryTuning))
def test_a_way_to_tune_changes_nothing_at_first_and_is_merged_in_the_end(encoder: TextEncoder, method: QueryTuning) -> None:
    ids = torch.tensor([[2, 30, 31, 32, 3]])
    mask = torch.ones_like(ids)
    before = encoder(ids, mask).detach()
    settings = TrainingSettings(query_tuning=method, adapter_rank=4, adapter_layers=1, epochs=2, steps_per_epoch=5)
    bottleneck.insert(encoder, settings)
    names = set(encoder.state_dict())
    query_tuning.attach(encoder, settings)
    torch.testing.assert_close(encoder(ids, mask), before, atol=1e-6, rtol=0)
    learned = [name for name, parameter in encoder.backbone.named_parameters() if parameter.requires_grad]
    assert bool(learned) == (method != "frozen")
    assert method == "full" or all("layer.1." in name for name in learned), "the lower layer stays as it is"
    trained = [parameter for parameter in encoder.parameters() if parameter.requires_grad]
    optimiser = torch.optim.SGD(trained, lr=0.5)
    for step in range(3):
        optimiser.zero_grad()
        encoder(ids, mask)[0, :8].sum().backward()
        optimiser.step()
        query_tuning.after_step(encoder, step)
    changed = encoder(ids, mask).detach()
    query_tuning.merge(encoder)
    torch.testing.assert_close(encoder(ids, mask), changed, atol=1e-5, rtol=0)
    assert set(encoder.state_dict()) == names
    assert not torch.allclose(changed, before, atol=1e-4)


def test_words_are_moved_where_it_hurts(encoder: TextEncoder) -> None:
    ids = torch.tensor([[2, 30, 31, 32, 3], [2, 33, 34, 3, 0]])
    mask = (ids > 0).long()

    def loss() -> torch.Tensor:
        vectors = encoder(ids, mask)
        encoder(ids[:1], mask[:1])  # other texts are left alone
        return 1 - (vectors[0] * vectors[1]).sum()

    attacked = adversarial.attacked(encoder, loss, 0.5)
    assert attacked > loss()
    attacked.backward()
    assert encoder.projection.weight.grad is not None
    torch.testing.assert_close(adversarial.attacked(encoder, loss, 0.0), loss())
