"""Which facets the words of a query name: "red nike shoes" names colour, brand and type, and leaves gender open.

Every token is asked for every facet, and a facet is named when any token names it (noisy-or, as in multiple-instance learning:
training knows which facets a query names, not by which word). Tokens are read half way up the text encoder: there a word
knows its neighbours and is still itself, while the last layer is mixed for pooling. So a word that training never saw is
told by the words that it resembles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from assortment.catalogue.facets import FacetTable
from assortment.catalogue.product import Product
from assortment.protocol.wishes import NEVER_NAMED

_DROPOUT: Final = 0.2
_RARELY: Final = -3.0  # logit of a token that names nothing, before training
_CARRIED: Final = 0.01  # share of the products that carry a facet which queries are asked for
_LEAST: Final = 1e-6  # of the sum of evidence, so that logarithms stay finite
_MOST: Final = 30.0


def nameable(products: Sequence[Product]) -> list[str]:
    """The catalogue's facets that a query may name or leave open: two values at least, on a hundredth of the products or more."""
    table = FacetTable.from_products(products)
    columns = {facet: table.column(facet) for facet in table.facets if facet == "department" or facet not in NEVER_NAMED}
    carried = {facet: float((column.codes >= 0).mean()) for facet, column in columns.items()}
    return [facet for facet, column in columns.items() if len(column.values) > 1 and carried[facet] >= _CARRIED]


class NamedFacets(nn.Module):
    """Token states to the probability that each facet is named."""

    def __init__(self, hidden_size: int, num_facets: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(hidden_size)
        self.dropout = nn.Dropout(_DROPOUT)
        self.tokens = nn.Linear(hidden_size, num_facets)
        nn.init.constant_(self.tokens.bias, _RARELY)
        self.scale = nn.Parameter(torch.ones(()))  # these two are fitted last, to be calibrated (Platt 1999)
        self.offset = nn.Parameter(torch.zeros(()))

    def logits(self, states: Tensor, mask: Tensor) -> Tensor:
        """States (B, L, H) and mask (B, L) to logits (B, F), not yet calibrated.

        p = 1 - product over tokens of (1 - sigmoid(z)) = 1 - exp(-evidence), whose logit is log(exp(evidence) - 1).
        """
        evidence = (F.softplus(self.tokens(self.dropout(self.norm(states)))) * mask.to(states.dtype).unsqueeze(-1)).sum(1)
        evidence = evidence.clamp(_LEAST, _MOST)
        return evidence + torch.log(1.0 - torch.exp(-evidence))

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """States (B, L, H) and mask (B, L) to calibrated probabilities (B, F)."""
        return (self.scale * self.logits(states, mask) + self.offset).sigmoid()
