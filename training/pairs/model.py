"""The classifier: a BERT encoder reads the pair, the means of both sides and the price as numbers go to a small head, one logit.

Query and description are read together, so each token has seen both; their tokens are then averaged apart, because one mean
over the whole pair hides how far the two agree.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

from training.pairs.inputs import PRICE_FEATURES, PairBatch


class PairClassifier(nn.Module):
    """Gives the logit of "this product answers this query"."""

    def __init__(self, backbone: PreTrainedModel, *, head_size: int, frozen_layers: int = 0) -> None:
        """``frozen_layers`` lower layers, and with them the embeddings, are not trained; 0 trains everything."""
        super().__init__()
        self.backbone = backbone
        self.num_segments = int(getattr(backbone.config, "type_vocab_size", 0) or 0)
        pooled_size = 4 * int(backbone.config.hidden_size)
        self.norm = nn.LayerNorm(pooled_size)
        self.hidden = nn.Linear(pooled_size + 1 + PRICE_FEATURES, head_size)
        self.dropout = nn.Dropout(0.1)
        self.answer = nn.Linear(head_size, 1)
        if frozen_layers:
            self._freeze(frozen_layers)

    def forward(self, batch: PairBatch) -> Tensor:
        """B pairs to (B,) float32 logits."""
        segments = {"token_type_ids": batch.segment.clamp(max=self.num_segments - 1)} if self.num_segments else {}
        states = self.backbone(input_ids=batch.token_ids, attention_mask=batch.mask, **segments).last_hidden_state  # (B, L, H)
        with torch.autocast("cpu", enabled=False):  # bfloat16 could not tell a price of 29.90 from one of 30
            query, desc = (_unit_mean(states.float(), batch.side == side) for side in (1, 2))  # (B, H) each
            cosine = (query * desc).sum(1, keepdim=True)
            pooled = self.norm(torch.cat([query, desc, (query - desc).abs(), query * desc], 1))
            hidden = functional.gelu(self.hidden(torch.cat([pooled, cosine, batch.price], 1)))
            return cast(Tensor, self.answer(self.dropout(hidden)).squeeze(1))

    def head_parameters(self) -> list[nn.Parameter]:
        """Everything behind the encoder."""
        return [*self.norm.parameters(), *self.hidden.parameters(), *self.answer.parameters()]

    def _freeze(self, number: int) -> None:
        layers = max((module for module in self.backbone.modules() if isinstance(module, nn.ModuleList)), key=len)
        frozen = [module for name, module in self.backbone.named_children() if "embeddings" in name]
        for module in [*frozen, *layers[:number]]:
            module.requires_grad_(False)


def _unit_mean(states: Tensor, mask: Tensor) -> Tensor:
    """Mean of the masked tokens at length 1: (B, L, H) and (B, L) to (B, H); zero where nothing is masked."""
    return functional.normalize((states * mask.unsqueeze(-1)).sum(1), dim=-1)
