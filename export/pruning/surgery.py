"""Cuts layers, heads and neurons out of an encoder: the maps become smaller, nothing is masked."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from assortment.errors import InputError
from export.layers import Layer, layers, stack
from export.pruning.importance import Importance
from training.bottleneck import AdaptedLinear
from training.text_encoder import TextEncoder


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is left, as shares of what there was: above 0, at most 1. At least one of each is kept."""

    layers: float = 1.0
    heads: float = 1.0
    """In each layer."""
    width: float = 1.0
    """Of each feed-forward part; neurons are kept in eights, as matrix kernels like them."""

    def __post_init__(self) -> None:
        for field in ("layers", "heads", "width"):
            if not 0.0 < getattr(self, field) <= 1.0:
                raise InputError(field, getattr(self, field), "allowed: a share above 0, at most 1, of what is left")


def prune(encoder: TextEncoder, importance: Importance, size: Size) -> TextEncoder:
    """A smaller copy of an encoder, which keeps what matters most; see ``importance``.

    The states that ``TextEncoder.read`` gives are taken after the same layer as before, or after the last one that is left
    below it: whoever reads them learned them there.

    Raises:
        StepError: when the encoder is of a family that cannot be pruned.
    """
    smaller = deepcopy(encoder)
    parts = layers(smaller.backbone)
    half = (len(parts) + 1) // 2 if encoder.read_after is None else encoder.read_after
    kept = best(importance.layers, max(1, round(size.layers * len(parts))))
    for layer, heads, neurons in zip(parts, importance.heads, importance.neurons, strict=True):
        _cut_heads(layer, best(heads, max(1, round(size.heads * layer.num_heads))))
        _cut_neurons(layer, best(neurons, max(8, round(size.width * layer.width / 8) * 8)))
    every = stack(smaller.backbone)
    cast(Any, smaller.backbone).encoder.layer = nn.ModuleList(every[i] for i in kept.tolist())
    cast(Any, smaller.backbone).config.num_hidden_layers = len(kept)
    smaller.read_after = max(1, int((kept < half).sum()))
    return smaller


def best(scores: Tensor, number: int) -> Tensor:
    """Places of the ``number`` highest scores, ascending."""
    return scores.topk(min(number, len(scores))).indices.sort().values


def _cut_heads(layer: Layer, kept: Tensor) -> None:
    size = layer.head_size
    rows = (kept.unsqueeze(1) * size + torch.arange(size)).flatten()
    attention = layer.attention
    for name in ("query", "key", "value"):
        setattr(attention, name, _linear(getattr(attention, name), outputs=rows))
    layer.attention_output.dense = _linear(layer.attention_output.dense, inputs=rows)
    attention.num_attention_heads, attention.all_head_size = len(kept), len(rows)


def _cut_neurons(layer: Layer, kept: Tensor) -> None:
    layer.intermediate.dense = _linear(layer.intermediate.dense, outputs=kept)
    layer.output.dense = _linear(layer.output.dense, inputs=kept)


def _linear(whole: nn.Linear, *, inputs: Tensor | None = None, outputs: Tensor | None = None) -> nn.Linear:
    """The same map from some inputs to some outputs; an adapter behind it stays."""
    weight, bias = whole.weight.detach(), whole.bias.detach()
    if inputs is not None:
        weight = weight[:, inputs]
    if outputs is not None:
        weight, bias = weight[outputs], bias[outputs]
    part = nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        part.weight.copy_(weight)
        part.bias.copy_(bias)
    return AdaptedLinear(part, whole.adapter) if isinstance(whole, AdaptedLinear) else part
