"""Query and product read together by one BERT, whose tokens attend to each other; relevance is one number.

The score is read from the mean of the query's tokens q and that of the product's tokens p, both unit length and taken after the
last layer: a weighted sum of q * p and |q - p|. With even weights on q * p it starts as the cosine that the encoder was
pretrained for, so a few hundred steps are enough; a head on [CLS] would have to learn from nothing what matching is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from assortment.catalogue.product import Product
from assortment.contract import MAX_PRODUCT_TOKENS
from assortment.text import attribute_sentence, pad

QUERY_TOKENS: Final = 20
PRODUCT_TOKENS: Final = MAX_PRODUCT_TOKENS - QUERY_TOKENS  # every backbone has positions for MAX_PRODUCT_TOKENS
_SLOPE: Final = 10.0  # of the cosine at the start: logits of a softmax over candidates

Tokens = npt.NDArray[np.int64]


def shown(product: Product) -> str:
    """What the cross-encoder reads of a product: its title and attribute sentence."""
    return ". ".join(part for part in (product.title, attribute_sentence(product)) if part)


class CrossEncoder(nn.Module):
    """Pairs of texts to logits."""

    def __init__(self, backbone: nn.Module, *, hidden_size: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(2 * hidden_size, 1)
        with torch.no_grad():
            self.head.weight.zero_()
            self.head.weight[:, :hidden_size] = _SLOPE
            self.head.bias.zero_()

    def forward(self, token_ids: Tensor, mask: Tensor, is_product: Tensor) -> Tensor:
        """(B, L) int64 three times to logits (B,) float32; ``is_product`` is 1 at the product's tokens."""
        states: Any = self.backbone(input_ids=token_ids, attention_mask=mask).last_hidden_state
        query, product = _mean(states, mask - is_product), _mean(states, is_product)
        logits: Tensor = self.head(torch.cat([query * product, (query - product).abs()], -1)).squeeze(-1)
        return logits.float()


def pairs(queries: Sequence[Tokens], products: Sequence[Tokens]) -> tuple[Tensor, Tensor, Tensor]:
    """What ``CrossEncoder`` takes for pairs of token rows, each with its own special tokens."""
    ids, mask = pad([np.concatenate(both) for both in zip(queries, products, strict=True)])
    start = np.array([len(query) for query in queries])[:, None]
    is_product = ((np.arange(ids.shape[1]) >= start) & (mask > 0)).astype(np.int64)
    return torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(is_product)


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    return F.normalize((states * mask.to(states.dtype).unsqueeze(-1)).sum(1), dim=-1)
