"""The image tower: a CNN, global average pooling, a linear projection, unit length."""

from __future__ import annotations

from typing import Protocol, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from assortment.contract import VECTOR_DIM
from training.backbones import IMAGE_FEATURES


class _Convolutional(Protocol):
    def extract_features(self, inputs: Tensor) -> Tensor: ...


class ImageEncoder(nn.Module):
    """Pixels to unit vectors in the space that queries and products share; a missing picture gives zeros."""

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.projection = nn.Linear(IMAGE_FEATURES, VECTOR_DIM)

    def pool(self, pixels: Tensor) -> Tensor:
        """(B, 3, 96, 96) float32 to the CNN's mean features (B, 1280)."""
        return cast(_Convolutional, self.backbone).extract_features(pixels).mean((2, 3))

    def project(self, pooled: Tensor, present: Tensor) -> Tensor:
        """(B, 1280) and 0 or 1 (B,) to unit rows (B, 256), zero where there is no picture."""
        return F.normalize(self.projection(pooled), dim=-1) * present.unsqueeze(-1)

    def forward(self, pixels: Tensor, presence: Tensor) -> Tensor:
        """Pixels (B, 3, 96, 96) and presence (B, 2; text, picture), both float32, to (B, 256) float32."""
        return self.project(self.pool(pixels), presence[:, 1])

    @torch.no_grad()
    def align(self, pooled: Tensor, targets: Tensor, *, ridge: float = 0.1) -> None:
        """Sets the projection to the ridge regression from features (N, 1280) to unit text vectors ``targets`` (N, 256).

        The CNN has never seen text; this closed form puts pictures where their products' texts lie before training starts.
        ``ridge`` is in units of the mean feature variance.
        """
        mean, target_mean = pooled.mean(0), targets.mean(0)
        x, y = (pooled - mean).double(), (targets - target_mean).double()
        moment = x.T @ x
        moment += torch.eye(len(moment), dtype=torch.float64) * (ridge * moment.diagonal().mean() + 1e-6)
        weight = torch.linalg.solve(moment, x.T @ y).T.float()  # (256, 1280)
        self.projection.weight.copy_(weight)
        self.projection.bias.copy_(target_mean - weight @ mean)
