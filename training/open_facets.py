"""From the facets that a query names to those that it leaves open.

A query that names its type and two further facets knows what it wants: nothing is open. Otherwise one facet is open before all
others. Without a type it is the type, or the department, which says roughly the same; with a type it is any facet that the query
does not name. These are the rules by which the protocol drafts ambiguous and unambiguous wishes (``protocol.wishes``), under
independent probabilities that a facet is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import torch
from torch import Tensor, nn

from assortment.protocol.wishes import OPEN_FACETS

_VISIBLE: Final = frozenset({"type", "colour", "pattern"})  # what a picture names
_FURTHER: Final = 0.25  # weight of a facet beside those that shoppers leave open most, OPEN_FACETS
_CERTAIN: Final = 1.0 - 1e-6


class OpenFacets(nn.Module):
    """The chances that a query names each facet to the chance that each is open before all others; nothing is learned here."""

    def __init__(self, facets: Sequence[str]) -> None:
        super().__init__()
        self.register_buffer("visible", _column(facets, {facet: 1.0 for facet in _VISIBLE}), persistent=False)
        self.register_buffer("is_type", _column(facets, {"type": 1.0}), persistent=False)
        self.register_buffer("is_department", _column(facets, {"department": 1.0}), persistent=False)
        self.register_buffer("typeless", 1.0 - self.is_type.sum(), persistent=False)  # 1 where products have no types
        weights = {facet: 1.0 if facet in OPEN_FACETS else _FURTHER for facet in facets}
        self.register_buffer("weight", _column(facets, weights), persistent=False)
        self.visible: Tensor
        self.typeless: Tensor
        self.is_type: Tensor
        self.is_department: Tensor
        self.weight: Tensor

    def forward(self, named: Tensor, presence: Tensor) -> Tensor:
        """Named (B, F) by the words and presence (B, 2) of text and picture to (B, F + 1): each facet, then nothing, sum 1."""
        worded, pictured = presence[:, :1], presence[:, 1:]
        named = torch.maximum(named * worded, self.visible * pictured)
        type_named = (named * self.is_type).sum(1, keepdim=True) + self.typeless
        nothing = type_named * _two_or_more(named * (1.0 - self.is_type))
        first = self.is_type + self.is_department  # what is asked before all else
        asked = (1.0 - type_named) * first + type_named * (1.0 - first)
        open_ = self.weight * asked * (1.0 - named)
        return torch.cat([(1.0 - nothing) * open_ / open_.sum(1, keepdim=True).clamp(min=1e-6), nothing], 1)


def _two_or_more(chances: Tensor) -> Tensor:
    """(B, F) independent chances to the chance (B, 1) that at least two of them come true."""
    chances = chances.clamp(max=_CERTAIN)
    none = torch.exp(torch.log(1.0 - chances).sum(1, keepdim=True))
    one = none * (chances / (1.0 - chances)).sum(1, keepdim=True)
    return (1.0 - none - one).clamp(0.0, 1.0)


def _column(facets: Sequence[str], values: Mapping[str, float]) -> Tensor:
    """(F,) the value of each facet, 0 for others."""
    return torch.tensor([values.get(facet, 0.0) for facet in facets])
