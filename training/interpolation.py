"""Models between their start and the end of training: they keep more of what the pretrained encoder knows of unseen words.

Every weight becomes start + share (end - start) (WiSE-FT, Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
Training sees the few words of its lexicon; shoppers say others. The share is the one that does best on the mean of dev and
of queries in words that the encoder was never trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import torch
from torch import Tensor, nn

from training import bottleneck

SHARES: Final = (0.4, 0.55, 0.7, 0.85, 1.0)
# A classifier of trained vectors, half of which would be no surer of anything; and the first map of an adapter: the second
# begins at zero, so a share of it is that share of the adapter.
_NOT_MIXED: Final = ("intent.", bottleneck.DOWN)

Weights = Mapping[str, Mapping[str, Tensor]]
"""Module name to state dict."""


def weights(modules: Mapping[str, nn.Module]) -> Weights:
    """A copy of every module's weights."""
    return {name: {key: value.detach().clone() for key, value in module.state_dict().items()} for name, module in modules.items()}


def choose(
    modules: Mapping[str, nn.Module], start: Weights, measure: Callable[[], Mapping[str, float]]
) -> list[dict[str, float]]:
    """Leaves the best mix in ``modules`` and returns what was measured for each share, the chosen one marked.

    Args:
        modules: as trained.
        start: their weights before training.
        measure: figures of the modules as they are, each better when higher; their mean decides.
    """
    end = weights(modules)
    return best_share(SHARES, lambda share: _mix(modules, start, end, share), measure)


def best_share(
    shares: Sequence[float], take: Callable[[float], None], measure: Callable[[], Mapping[str, float]]
) -> list[dict[str, float]]:
    """Takes every share of what was learned, measures, and takes the best again; the first of equal ones.

    Returns:
        What was measured for each, the chosen one marked.
    """
    measured: list[dict[str, float]] = []
    for share in shares:
        take(share)
        measured.append({"share": share, **measure()})
    best = max(measured, key=lambda figures: mean({name: value for name, value in figures.items() if name != "share"}))
    take(best["share"])
    best["chosen"] = 1.0
    return measured


def mean(figures: Mapping[str, float]) -> float:
    """Of several validation sets: what decides."""
    return sum(figures.values()) / len(figures)


@torch.no_grad()
def _mix(modules: Mapping[str, nn.Module], start: Weights, end: Weights, share: float) -> None:
    for name, module in modules.items():
        for key, value in module.state_dict().items():
            mixed = value.is_floating_point() and not any(part in key for part in _NOT_MIXED)
            value.copy_(torch.lerp(start[name][key], end[name][key], share) if mixed else end[name][key])
