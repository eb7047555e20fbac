from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from training.image_encoder import ImageEncoder


class Flat(nn.Module):
    """A CNN that sees nothing but the mean colour."""

    def extract_features(self, inputs: torch.Tensor) -> torch.Tensor:
        return inputs.mean(1, keepdim=True).expand(-1, 1280, -1, -1)


def test_a_missing_picture_is_a_zero_vector() -> None:
    encoder = ImageEncoder(Flat())
    vectors = encoder(torch.rand(3, 3, 96, 96), torch.tensor([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]))
    assert torch.allclose(vectors.norm(dim=1), torch.tensor([1.0, 0.0, 1.0]), atol=1e-5)


def test_alignment_puts_pictures_where_their_texts_are() -> None:
    generator = torch.Generator().manual_seed(0)
    features = torch.rand((400, 1280), generator=generator)
    targets = F.normalize(features[:, :256] - 0.5 + 0.01 * torch.randn((400, 256), generator=generator), dim=1)
    encoder = ImageEncoder(Flat())
    before = (encoder.project(features, torch.ones(400)) * targets).sum(1).mean()
    encoder.align(features, targets, ridge=0.01)
    after = (encoder.project(features, torch.ones(400)) * targets).sum(1).mean()
    assert after > before + 0.5
