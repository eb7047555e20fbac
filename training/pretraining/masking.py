"""Masked language modelling: tokens are hidden, and their states must tell which they were (Devlin et al. 2019)."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.pretraining.spoken import SpokenTokens

_HIDDEN: Final = 0.15
_BY_THE_MASK, _BY_ANOTHER = 0.8, 0.1  # of the hidden tokens; the rest stays and must be told, too


class Masking(nn.Module):
    """The loss of an encoder on texts with hidden tokens."""

    def __init__(self, backbone: nn.Module, tokens: SpokenTokens, *, hidden_size: int, mask_id: int, special: Tensor) -> None:
        """``special``: ids that are never hidden. The head ends as wide as word embeddings are."""
        super().__init__()
        self.backbone, self.tokens, self.mask_id, self.special = backbone, tokens, mask_id, special
        width = tokens.table.shape[1]
        self.head = nn.Sequential(nn.Linear(hidden_size, width), nn.GELU(), nn.LayerNorm(width))

    def forward(self, token_ids: Tensor, mask: Tensor, generator: np.random.Generator) -> Tensor:
        """Token ids and mask (B, L) int64 to the mean cross-entropy of the hidden tokens."""
        drawn = torch.from_numpy(generator.random(token_ids.shape))
        hidden = (drawn < _HIDDEN) & (mask > 0) & ~torch.isin(token_ids, self.special)
        if not hidden.any():
            return torch.zeros((), requires_grad=True)
        others = self.tokens.spoken[torch.from_numpy(generator.integers(0, len(self.tokens.spoken), size=token_ids.shape))]
        instead = torch.where(drawn < _HIDDEN * _BY_THE_MASK, self.mask_id, token_ids)
        instead = torch.where(
            (drawn >= _HIDDEN * _BY_THE_MASK) & (drawn < _HIDDEN * (_BY_THE_MASK + _BY_ANOTHER)), others, instead
        )
        shown = torch.where(hidden, instead, token_ids)
        states = self.backbone(input_ids=shown, attention_mask=mask).last_hidden_state[hidden]
        return F.cross_entropy(self.tokens(self.head(states)), self.tokens.number(token_ids[hidden]))
