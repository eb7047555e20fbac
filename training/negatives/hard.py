"""Mined hard negatives: products that the model itself ranks high for a query and the protocol grades 0.

As in ANCE (Xiong et al. 2020, arXiv:2007.00808) the model that learns is the one that mines, and products are encoded anew only
now and then, here at the start of each epoch.

The nearest products without a grade may be answers all the same: an attribute is missing or wrong, or two types are sold as one
("Trainers", "Sports Shoes"). RocketQA (Qu et al. 2020, arXiv:2010.08191) found most of what is mined at the very top of MS MARCO
to be unlabelled answers. So only such products are taken as score clearly below an answer that is known: at most 95 % of its
cosine, the positive-aware TopK-PercPos of NV-Retriever (Moreira et al. 2024, arXiv:2407.15831). The answer is the best graded
product that the model ranks highest. An encoder to which all products are much alike mines few before it has learned; what is
missing is counted.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import torch
from torch import Tensor

from training import dev_ranking, devices
from training.checkpoint import TrainedModels
from training.data import Corpus, Drawn, Places
from training.dev_ranking import QuerySet
from training.objective import all_product_vectors

_MARGIN: Final = 0.05  # of the answer's cosine


class HardNegatives:
    """Mines for the queries of a batch that show no picture."""

    def __init__(self, number: int) -> None:
        """``number`` of products for each query."""
        self.number = number
        self._models: TrainedModels | None = None
        self._products = torch.zeros(0)

    def look(self, models: TrainedModels, corpus: Corpus) -> None:
        """Encodes the training products as the models are now; queries are encoded by what these are when they are drawn."""
        self._models = models
        self._products = all_product_vectors(models, corpus)[torch.from_numpy(corpus.train_rows)]  # (T, 256)

    def __call__(self, drawn: Drawn, generator: np.random.Generator) -> list[Places]:
        """Of each such query; nothing is drawn at random."""
        assert self._models is not None, "look comes first"
        plain = torch.from_numpy(np.flatnonzero(drawn.encoded.presence[:, 1] == 0))
        if not len(plain):
            return []
        ids, mask = devices.put((drawn.encoded.token_ids[plain], drawn.encoded.mask[plain]))
        asked = QuerySet((), {}, {}, [], ids, mask)  # to be encoded only
        cosine = (dev_ranking.encode(self._models, asked)[0] @ self._products.T).cpu()
        return hardest(cosine, torch.from_numpy(drawn.graded[plain]), self.number)


def hardest(cosine: Tensor, grade: Tensor, number: int) -> list[Places]:
    """Places of the ``number`` highest cosines among the products of grade 0 that are no likely answers, fewer where fewer are.

    Args:
        cosine: (B, T) of each query with each product.
        grade: (B, T) derived grades, 0 to 3.
        number: at most, for each query.

    Returns:
        One array a query, highest cosine first; empty where no product answers it.
    """
    best = grade.amax(1, keepdim=True)
    answer = cosine.masked_fill((grade < best) | (best == 0), -math.inf).amax(1, keepdim=True)
    allowed = (grade == 0) & (cosine <= answer - _MARGIN * answer.abs())
    found, places = cosine.masked_fill(~allowed, -math.inf).topk(min(number, cosine.shape[1]), dim=1)
    return [row[high > -math.inf].numpy() for row, high in zip(places, found, strict=True)]
