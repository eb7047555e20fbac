"""From the facets that a query names to those that it leaves open.

A query that names its type and two further facets knows what it wants: nothing is open. Otherwise one facet is open before all
others. Without a type it is the type, or the department, which says roughly the same; with a type it is any facet that the query
does not name. These are the rules by which the protocol drafts ambiguous and unambiguous wishes (``protocol.wishes``), under
independent probabilities that a facet is named.

Whether a type is named decides most, and two witnesses tell: the words, and the intent, which is spread over many categories
when there is none ("something red"). They are weighed by a logistic regression of three numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

from assortment.protocol.wishes import OPEN_FACETS

_VISIBLE: Final = frozenset({"type", "colour", "pattern"})  # what a picture names
_FURTHER: Final = 0.25  # weight of a facet beside those that shoppers leave open most, OPEN_FACETS
_LEAST: Final = 1e-6  # of a probability and its opposite, so that logarithms stay finite


class OpenFacets(nn.Module):
    """The chances that a query names each facet to the chance that each is open before all others."""

    def __init__(self, facets: Sequence[str]) -> None:
        super().__init__()
        self.witnesses = nn.Parameter(torch.tensor([1.0, 0.0]))  # weights of words and intent
        self.offset = nn.Parameter(torch.zeros(()))
        self.visible: Tensor
        self.is_type: Tensor
        self.weight: Tensor
        self.first: Tensor
        self.typeless: Tensor
        self._keep("visible", [float(facet in _VISIBLE) for facet in facets])
        self._keep("is_type", [float(facet == "type") for facet in facets])
        self._keep("first", [float(facet in ("type", "department")) for facet in facets])  # what is asked before all else
        self._keep("weight", [1.0 if facet in OPEN_FACETS else _FURTHER for facet in facets])
        self._keep("typeless", float("type" not in facets))

    def forward(self, named: Tensor, intent: Tensor, presence: Tensor) -> Tensor:
        """What the query says to what it leaves open.

        Args:
            named: (B, F) chances that the words name each facet.
            intent: (B, C) p(category | query).
            presence: (B, 2) of text and picture, 0 or 1.

        Returns:
            (B, F + 1): each facet, then nothing; summing to 1.
        """
        named = torch.maximum(named * presence[:, :1], self.visible * presence[:, 1:])
        type_named = torch.maximum(self.type_logit(named, intent).sigmoid(), self.typeless)
        nothing = type_named * _two_or_more(named * (1.0 - self.is_type))
        asked = (1.0 - type_named) * self.first + type_named * (1.0 - self.first)
        open_ = self.weight * asked * (1.0 - named * (1.0 - self.is_type))
        return torch.cat([(1.0 - nothing) * open_ / open_.sum(1, keepdim=True).clamp(min=_LEAST), nothing], 1)

    def type_logit(self, named: Tensor, intent: Tensor) -> Tensor:
        """(B, F) and (B, C) to the logit (B, 1) of the chance that a type is named."""
        by_words = (named * self.is_type).sum(1, keepdim=True).clamp(_LEAST, 1.0 - _LEAST)
        surest = intent.amax(1, keepdim=True).clamp(min=_LEAST)
        return self.witnesses[0] * torch.log(by_words / (1.0 - by_words)) + self.witnesses[1] * torch.log(surest) + self.offset

    def _keep(self, name: str, values: list[float] | float) -> None:
        self.register_buffer(name, torch.tensor(values), persistent=False)


def _two_or_more(chances: Tensor) -> Tensor:
    """(B, F) independent chances to the chance (B, 1) that at least two of them come true."""
    chances = chances.clamp(max=1.0 - _LEAST)
    none = torch.exp(torch.log(1.0 - chances).sum(1, keepdim=True))
    one = none * (chances / (1.0 - chances)).sum(1, keepdim=True)
    return (1.0 - none - one).clamp(0.0, 1.0)
