"""TSDAE: a text with most of its tokens deleted must still have a vector that the whole text can be written from.

Wang, Reimers and Gurevych, "TSDAE: Using Transformer-based Sequential Denoising Auto-Encoder for Unsupervised Sentence Embedding
Learning", 2021. The decoder sees nothing of the text but its pooled vector, so that has to carry it. It is one layer deep here:
what is trained is the encoder.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from assortment.contract import MAX_PRODUCT_TOKENS
from training.pretraining.spoken import SpokenTokens
from training.text_encoder import TextEncoder

_DELETED: Final = 0.6
_HEAD_WIDTH: Final = 32


class Denoising(nn.Module):
    """The loss of an encoder on texts with deleted tokens."""

    def __init__(self, encoder: TextEncoder, words: nn.Embedding, tokens: SpokenTokens, *, special: Tensor) -> None:
        """``special``: ids that are never deleted."""
        super().__init__()
        size, hidden_size = words.embedding_dim, encoder.projection.in_features
        self.encoder, self.words, self.tokens, self.special = encoder, words, tokens, special
        # of ALBERT and ELECTRA, whose word embeddings are narrower; the decoder is as wide as these
        self.narrow = nn.Linear(hidden_size, size, bias=False) if hidden_size != size else nn.Identity()
        self.positions = nn.Embedding(MAX_PRODUCT_TOKENS, size)
        nn.init.normal_(self.positions.weight, std=0.02)
        heads = max(1, size // _HEAD_WIDTH)
        self.decoder = nn.TransformerDecoderLayer(size, heads, 4 * size, batch_first=True, activation="gelu")

    def forward(self, token_ids: Tensor, mask: Tensor, generator: np.random.Generator) -> Tensor:
        """Token ids and mask (B, L) int64 to the mean cross-entropy of every token after the first."""
        pooled = self.narrow(self.encoder.pool(*deleted(token_ids, mask, self.special, generator)))
        before = self.words(token_ids[:, :-1]) + self.positions.weight[: token_ids.shape[1] - 1]
        ahead = torch.ones(before.shape[1], before.shape[1], dtype=torch.bool).triu(1)
        states = self.decoder(before, pooled.unsqueeze(1), tgt_mask=ahead)
        told = mask[:, 1:] > 0
        return F.cross_entropy(self.tokens(states[told]), self.tokens.number(token_ids[:, 1:][told]))


def deleted(token_ids: Tensor, mask: Tensor, special: Tensor, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Token ids and mask (B, L') with _DELETED of the tokens gone, the others moved together."""
    drawn = torch.from_numpy(generator.random(token_ids.shape))
    kept = (mask > 0) & ((drawn >= _DELETED) | torch.isin(token_ids, special))
    order = torch.argsort(~kept, dim=1, stable=True, descending=False)[:, : int(kept.sum(1).max())]
    return token_ids.gather(1, order), kept.gather(1, order).to(mask.dtype)
