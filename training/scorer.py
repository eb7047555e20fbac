"""The scorer: how relevant a product is to a query, between 0 and 1, from more than one cosine.

It reads, for each candidate: the cosine of the query with the product vector and with the product's label vector; how well
the product's category agrees with the query's intent, and how sure that intent is; price, rating and popularity. A small
network corrects the cosine by these. The result is the probability that the product answers the query.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from assortment.catalogue.product import Product

NUM_PRODUCT_FEATURES: Final = 5
_HIDDEN: Final = 16
_NUM_SIMILARITIES: Final = 5  # cosine, label cosine, agreement with the intent, the same beside the surest, the surest
_START_SLOPE: Final = 8.0  # of the untrained relevance: sigmoid(8 cosine - 4)
_EXTREME: Final = 4.0  # standard deviations beyond which a value is cut
_PRIOR_RATINGS: Final = 5.0  # ratings of average height that every product is given before its own count


class ScorerModule(nn.Module):
    """What every scorer is called with: a batch of queries and R candidates each."""

    def forward(
        self,
        query_vector: Tensor,
        intent: Tensor,
        product_vector: Tensor,
        label_vector: Tensor,
        category: Tensor,
        product_features: Tensor,
    ) -> Tensor:
        """Relevance (B, R) in [0, 1]: of the learned scorer, the probability that a product answers the query.

        Args:
            query_vector: (B, 256) unit rows.
            intent: (B, C) probabilities of product types.
            product_vector: (B, R, 256) unit rows.
            label_vector: (B, R, 256) unit rows of the label tower, zero without labels.
            category: (B, R) int64, the product's type as an index into intent, -1 for none.
            product_features: (B, R, NUM_PRODUCT_FEATURES), see ``product_features()``.
        """
        raise NotImplementedError


class LearnedScorer(ScorerModule):
    """A small network over similarities, intent agreement, price and rating."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(_START_SLOPE))
        self.offset = nn.Parameter(torch.tensor(-_START_SLOPE / 2))
        self.hidden = nn.Linear(_NUM_SIMILARITIES + NUM_PRODUCT_FEATURES, _HIDDEN)
        self.correction = nn.Linear(_HIDDEN, 1, bias=False)
        nn.init.zeros_(self.correction.weight)  # at first, relevance is the cosine's

    def logits(
        self,
        query_vector: Tensor,
        intent: Tensor,
        product_vector: Tensor,
        label_vector: Tensor,
        category: Tensor,
        product_features: Tensor,
    ) -> Tensor:
        """As ``forward``, before the sigmoid."""
        cosine = product_vector @ query_vector.unsqueeze(-1)  # (B, R, 1)
        label_cosine = label_vector @ query_vector.unsqueeze(-1)
        surest = intent.amax(1, keepdim=True)  # (B, 1)
        agreement = intent.gather(1, category.clamp(min=0)) * (category >= 0)  # (B, R)
        similarities = [
            cosine,
            label_cosine,
            agreement.unsqueeze(-1),
            (agreement / surest).unsqueeze(-1),
            surest.unsqueeze(1).expand(-1, category.shape[1], -1),
        ]
        read = torch.cat([*similarities, product_features], dim=-1)
        correction = self.correction(nn.functional.gelu(self.hidden(read)))
        logits: Tensor = (self.slope * cosine + self.offset + correction).squeeze(-1)
        return logits

    @torch.no_grad()
    def rescale(self, slope: float, offset: float) -> None:
        """Makes every logit ``slope * logit + offset``."""
        self.slope.mul_(slope)
        self.correction.weight.mul_(slope)
        self.offset.mul_(slope).add_(offset)

    def forward(
        self,
        query_vector: Tensor,
        intent: Tensor,
        product_vector: Tensor,
        label_vector: Tensor,
        category: Tensor,
        product_features: Tensor,
    ) -> Tensor:
        """Relevance (B, R) in [0, 1]."""
        return self.logits(query_vector, intent, product_vector, label_vector, category, product_features).sigmoid()


def product_features(products: Sequence[Product]) -> npt.NDArray[np.float32]:
    """Price, rating and popularity as (N, NUM_PRODUCT_FEATURES) float32; unknown values are 0, the average.

    Columns: log price, standardised within the product's type; 1 with a price; mean rating, shrunk towards the
    catalogue's mean and standardised; 1 with a rating; log(1 + number of ratings), standardised.
    """
    price = np.array([np.nan if product.price is None else np.log(product.price) for product in products])
    rating = np.array([np.nan if product.rating is None else product.rating for product in products])
    count = np.array([float(product.rating_count) for product in products])
    has_price, has_rating = np.isfinite(price), np.isfinite(rating)
    if has_rating.any():
        mean = rating[has_rating].mean()
        rating = (rating * np.maximum(count, 1) + mean * _PRIOR_RATINGS) / (np.maximum(count, 1) + _PRIOR_RATINGS)
    columns = [
        _standardised_within(price, [product.type for product in products]),
        has_price.astype(np.float64),
        _standardised(rating),
        has_rating.astype(np.float64),
        _standardised(np.log1p(count)),
    ]
    stacked: npt.NDArray[np.float32] = np.stack(columns, axis=1).astype(np.float32)
    return stacked


def _standardised(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    known = values[np.isfinite(values)]
    if len(known) < 2 or known.std() < 1e-9:
        return np.zeros_like(values)
    standardised: npt.NDArray[np.float64] = np.clip(np.nan_to_num((values - known.mean()) / known.std()), -_EXTREME, _EXTREME)
    return standardised


def _standardised_within(values: npt.NDArray[np.float64], groups: Sequence[str]) -> npt.NDArray[np.float64]:
    result = np.zeros_like(values)
    names, group = np.unique(np.array(groups, dtype=object).astype(str), return_inverse=True)
    for number in range(len(names)):
        rows = np.flatnonzero(group == number)
        result[rows] = _standardised(values[rows])
    return result
