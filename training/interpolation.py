"""Models between their start and the end of training: they keep more of what the pretrained encoder knows of unseen words.

Every weight becomes start + share (end - start), the share that does best on dev (WiSE-FT, Wortsman et al. 2022, "Robust
fine-tuning of zero-shot models"). Training sees the few words of its lexicon; shoppers say others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import torch
from torch import Tensor, nn

SHARES: Final = (0.4, 0.55, 0.7, 0.85, 1.0)
_NOT_MIXED: Final = "intent."  # a classifier of trained vectors; half of it would be no surer of anything

Weights = Mapping[str, Mapping[str, Tensor]]
"""Module name to state dict."""


def weights(modules: Mapping[str, nn.Module]) -> Weights:
    """A copy of every module's weights."""
    return {name: {key: value.detach().clone() for key, value in module.state_dict().items()} for name, module in modules.items()}


def choose(modules: Mapping[str, nn.Module], start: Weights, measure: Callable[[], float]) -> dict[float, float]:
    """Leaves the best mix in ``modules`` and returns the measure of each share tried.

    Args:
        modules: as trained.
        start: their weights before training.
        measure: dev ndcg@10 of the modules as they are.
    """
    end = weights(modules)
    measured = {}
    for share in SHARES:
        _mix(modules, start, end, share)
        measured[share] = measure()
    _mix(modules, start, end, max(measured, key=lambda share: measured[share]))
    return measured


@torch.no_grad()
def _mix(modules: Mapping[str, nn.Module], start: Weights, end: Weights, share: float) -> None:
    for name, module in modules.items():
        for key, value in module.state_dict().items():
            mixed = value.is_floating_point() and not key.startswith(_NOT_MIXED)
            value.copy_(torch.lerp(start[name][key], end[name][key], share) if mixed else end[name][key])
