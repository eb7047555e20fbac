from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from assortment.contract import STEPS
from assortment.serving.onnx_session import OnnxSession
from export.onnx_export import export
from export.precision.dynamic_int8 import Weights, quantise
from export.recipes import AUTOMATIC, RECIPES


class SmallEncoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(100, 64)
        self.projection = nn.Linear(64, 256)
        self.named = nn.Linear(64, 5)

    def forward(self, token_ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        pooled = (self.embedding(token_ids) * mask.unsqueeze(-1).float()).sum(1)
        return nn.functional.normalize(self.projection(pooled), dim=-1), self.named(pooled).sigmoid()


@pytest.mark.parametrize("weights", [RECIPES[name].weights for name in AUTOMATIC], ids=AUTOMATIC)
def test_eight_bits_are_smaller_and_nearly_the_same(tmp_path: Path, weights: Weights) -> None:
    torch.manual_seed(5)
    source, target = tmp_path / "text_encoder.onnx", tmp_path / "text_encoder.int8.onnx"
    token_ids = torch.randint(0, 100, (6, 9))
    example = (token_ids, torch.ones_like(token_ids))
    export(SmallEncoder().eval(), STEPS["text_encoder"], source, example)
    level = logging.getLogger().level
    quantise(source, target, weights)
    assert logging.getLogger().level == level
    assert target.stat().st_size < 0.8 * source.stat().st_size
    inputs = {"TOKEN_IDS": token_ids.numpy(), "MASK": example[1].numpy()}
    vectors = [OnnxSession(path).run(inputs)["TEXT_VECTOR"] for path in (source, target)]
    assert np.min((vectors[0] * vectors[1]).sum(1)) == pytest.approx(1.0, abs=0.01)
