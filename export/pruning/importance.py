"""What each layer, head and neuron adds, measured on texts in one pass, without gradients.

    layer     1 - cosine of its input and its output, mean over tokens: one that hardly turns its input can go
              ("block influence": Men et al. 2024, ShortGPT, arXiv:2403.03853)
    head      the length of what it adds to its layer's output, |W_h c_h|, mean over tokens
    neuron    |a_j| |w_j|, its mean activation times the length of the column that reads it: activation times weight, as in
              Sun et al. 2023 (Wanda, arXiv:2306.11695), for whole neurons

All three ask what would be missing from the sum of the residual stream.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from export.layers import Layer, layers
from training.text_encoder import TextEncoder


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """Scores, the higher the more is missed; of one encoder only, and comparable within a layer."""

    layers: Tensor
    """(L,)"""
    heads: Sequence[Tensor]
    """Of each layer, (heads,)."""
    neurons: Sequence[Tensor]
    """Of each layer, (width,)."""


class _Sums:
    """What one layer adds, summed over tokens."""

    def __init__(self, layer: Layer) -> None:
        self.layer_sum = torch.zeros(())
        self.head_sum = torch.zeros(layer.num_heads)
        self.neuron_sum = torch.zeros(layer.width)
        self._layer = layer
        mixing = layer.attention_output.dense.weight.detach()  # (H, heads x head size)
        self._mixing = torch.unflatten(mixing, 1, (layer.num_heads, layer.head_size))
        self._reading = layer.output.dense.weight.detach().norm(dim=0)  # (width,)

    def heads(self, mixed: Tensor, weight: Tensor) -> None:
        context = torch.unflatten(mixed, -1, (self._layer.num_heads, self._layer.head_size))  # (B, L, heads, head size)
        added = torch.einsum("blas,has->blah", context, self._mixing).norm(dim=-1)
        self.head_sum += (added * weight.unsqueeze(-1)).sum((0, 1))

    def neurons(self, activation: Tensor, weight: Tensor) -> None:
        self.neuron_sum += (activation.abs() * weight.unsqueeze(-1)).sum((0, 1)) * self._reading

    def turned(self, before: Tensor, after: Tensor, weight: Tensor) -> None:
        self.layer_sum += ((1.0 - F.cosine_similarity(before, after, dim=-1)) * weight).sum()


@torch.inference_mode()
def measure(encoder: TextEncoder, batches: Sequence[tuple[Tensor, Tensor]]) -> Importance:
    """Scores of everything in an encoder.

    Args:
        encoder: of a family in ``layers.FAMILIES``.
        batches: token ids and mask, (B, L) int64 each; at least one.

    Raises:
        StepError: when the encoder is of another family.
    """
    parts = layers(encoder.backbone)
    sums = [_Sums(layer) for layer in parts]
    tokens = torch.zeros(())
    for token_ids, mask in batches:
        weight = mask.float()
        tokens += weight.sum()
        with _watched(parts, sums, weight):
            encoder.pool(token_ids, mask)
    return Importance(
        layers=torch.stack([part.layer_sum for part in sums]) / tokens,
        heads=[part.head_sum / tokens for part in sums],
        neurons=[part.neuron_sum / tokens for part in sums],
    )


@contextmanager
def _watched(parts: Sequence[Layer], sums: Sequence[_Sums], weight: Tensor) -> Iterator[None]:
    """Reads along while the encoder runs."""
    handles = []
    for layer, part in zip(parts, sums, strict=True):
        handles += [
            layer.attention_output.dense.register_forward_hook(_inputs(part.heads, weight)),
            layer.output.dense.register_forward_hook(_inputs(part.neurons, weight)),
            layer.module.register_forward_hook(_both(part.turned, weight)),
        ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _inputs(note: Callable[[Tensor, Tensor], None], weight: Tensor) -> Callable[[nn.Module, Any, Any], None]:
    return lambda _, given, __: note(given[0], weight)


def _both(note: Callable[[Tensor, Tensor, Tensor], None], weight: Tensor) -> Callable[[nn.Module, Any, Any], None]:
    return lambda _, given, answer: note(given[0], answer[0] if isinstance(answer, tuple) else answer, weight)
