"""The text tower: a BERT encoder, mean pooling over tokens, a linear projection, unit length."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import PreTrainedModel

from assortment.contract import VECTOR_DIM


class TextEncoder(nn.Module):
    """Token ids to unit vectors in the space that queries and products share."""

    def __init__(self, backbone: nn.Module, *, hidden_size: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.projection = nn.Linear(hidden_size, VECTOR_DIM, bias=False)
        self.read_after: int | None = None
        """Layers below the states that ``read`` gives; None for half of all. Told when layers were cut out."""

    @classmethod
    def of(cls, backbone: PreTrainedModel) -> TextEncoder:
        """A pretrained encoder with a projection that has learned nothing yet, to be evaluated."""
        return cls(backbone, hidden_size=backbone.config.hidden_size).eval()

    def pool(self, token_ids: Tensor, mask: Tensor) -> Tensor:
        """Mean of the last layer over real tokens: (B, L) int64 twice to (B, H) float32."""
        return _mean(self.backbone(input_ids=token_ids, attention_mask=mask).last_hidden_state, mask)

    def read(self, token_ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """What ``forward`` gives, and the states of all tokens half way up (after ``read_after`` layers), (B, L, H)."""
        every = self.backbone(input_ids=token_ids, attention_mask=mask, output_hidden_states=True).hidden_states
        after = len(every) // 2 if self.read_after is None else self.read_after
        return self.project(_mean(every[-1], mask)), every[after]

    def project(self, pooled: Tensor) -> Tensor:
        """(B, H) to unit rows (B, 256); the length of ``pooled`` does not matter."""
        return F.normalize(self.projection(pooled), dim=-1)

    def forward(self, token_ids: Tensor, mask: Tensor) -> Tensor:
        """Token ids and mask, both (B, L) int64, to unit rows (B, 256) float32."""
        return self.project(self.pool(token_ids, mask))


def _mean(hidden: Tensor, mask: Tensor) -> Tensor:
    weight = mask.to(hidden.dtype).unsqueeze(-1)
    return (hidden * weight).sum(1) / weight.sum(1).clamp(min=1.0)


def principal_directions(vectors: Tensor) -> Tensor:
    """The (256, H) projection that keeps the most of the cosines between ``vectors`` (N, H).

    The eigenvectors of the uncentred second moment: the mean is kept because the pretrained cosine has it too. Where H is
    below 256 the remaining rows are zero.
    """
    moment = vectors.T.double() @ vectors.double() / max(len(vectors), 1)
    _, directions = torch.linalg.eigh(moment)  # ascending, in columns
    leading = directions.flip(1)[:, :VECTOR_DIM].T.float()
    # An eigenvector's sign is arbitrary; fixing it makes runs comparable.
    leading = leading * torch.sign(leading.gather(1, leading.abs().argmax(1, keepdim=True)))
    return F.pad(leading, (0, 0, 0, VECTOR_DIM - len(leading)))
