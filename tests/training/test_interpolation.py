from __future__ import annotations

import pytest
import torch
from torch import nn

from training import interpolation


def test_the_share_that_does_best_is_left_in_the_modules() -> None:
    layer = nn.Linear(1, 1)
    nn.init.zeros_(layer.weight)
    start = interpolation.weights({"layer": layer})
    nn.init.constant_(layer.weight, 2.0)
    measured = interpolation.choose({"layer": layer}, start, lambda: {"closeness": -abs(layer.weight.item() - 1.4)})
    assert [record["share"] for record in measured if "chosen" in record] == [0.7]
    assert layer.weight.item() == pytest.approx(1.4)


def test_the_intent_head_stays_as_trained() -> None:
    module = nn.ModuleDict({"intent": nn.Linear(1, 1), "mix": nn.Linear(1, 1)})
    start = interpolation.weights({"fusion": module})
    end = {name: parameter.detach() + 1 for name, parameter in module.named_parameters()}
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(1)
    interpolation.choose({"fusion": module}, start, lambda: {"dev": 0.0})
    assert torch.equal(module.get_parameter("intent.weight"), end["intent.weight"])
    assert not torch.equal(module.get_parameter("mix.weight"), end["mix.weight"])
