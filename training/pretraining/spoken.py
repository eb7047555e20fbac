"""The tokens that a catalogue speaks in: what a pre-training head has to choose from.

A softmax over the few thousand tokens of a catalogue's texts costs a tenth of one over the whole vocabulary, and asks the same of
the encoder: tokens that occur nowhere are told apart by everybody.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn


class SpokenTokens(nn.Module):
    """States to logits over the spoken tokens: the encoder's own word embeddings and a bias for each."""

    def __init__(self, words: nn.Embedding, rows: Sequence[npt.NDArray[np.int64]]) -> None:
        """``words``: of the encoder, not trained here; ``rows``: token ids of every text."""
        super().__init__()
        spoken = torch.from_numpy(np.unique(np.concatenate(list(rows))))
        self.register_buffer("spoken", spoken)
        self.register_buffer("table", words.weight.detach()[spoken])
        self.bias = nn.Parameter(torch.zeros(len(spoken)))
        self.spoken: Tensor
        self.table: Tensor

    def number(self, token_ids: Tensor) -> Tensor:
        """Each of ``token_ids``, all of them spoken, as a place among the logits."""
        return torch.searchsorted(self.spoken, token_ids)

    def forward(self, states: Tensor) -> Tensor:
        """(T, E), as wide as word embeddings, to (T, S)."""
        return states @ self.table.T + self.bias
