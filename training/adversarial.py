"""Adversarial training by the fast gradient method: queries whose words are moved where it hurts most.

Miyato et al., "Adversarial training methods for semi-supervised text classification", ICLR 2017.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import torch
from torch import Tensor, nn

from training.text_encoder import TextEncoder


def attacked(encoder: TextEncoder, loss: Callable[[], Tensor], size: float) -> Tensor:
    """The loss of queries whose word embeddings (B, L, H) were moved by ``size`` along its gradient, each query's by as much.

    Args:
        encoder: of the queries.
        loss: computes it, from token ids on; the first texts that it encodes are the queries.
        size: length of the move, in the units of the word embeddings.
    """
    embeddings = cast(nn.Module, cast(Any, encoder.backbone).get_input_embeddings())
    seen: list[Tensor] = []

    def record(output: Tensor) -> Tensor:
        seen.append(output.detach().requires_grad_())
        return seen[-1]

    with _instead_of_the_first(embeddings, record):
        (gradient,) = torch.autograd.grad(loss(), seen[:1])
    length = gradient.flatten(1).norm(dim=1).clamp(min=torch.finfo(gradient.dtype).tiny)
    move = size * gradient / length[:, None, None]
    with _instead_of_the_first(embeddings, lambda output: output + move):
        return loss()


@contextmanager
def _instead_of_the_first(module: nn.Module, change: Callable[[Tensor], Tensor]) -> Iterator[None]:
    """Changes the first output of a module."""
    calls = 0

    def hook(_: nn.Module, __: Any, output: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        return change(output) if calls == 1 else output

    handle = module.register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()
