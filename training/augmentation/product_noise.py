"""Noise on products' text vectors in training, so that no product is learned by heart."""

from __future__ import annotations

import torch
from torch import Tensor


def add_noise(text: Tensor, deviation: Tensor, amount: float) -> Tensor:
    """(P, H) text vectors with Gaussian noise of ``amount`` times the (H,) ``deviation`` of each dimension."""
    return text + amount * deviation * torch.randn_like(text) if amount else text
