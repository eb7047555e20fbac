"""What a pair classifier has to beat: the commoner class, the price alone, and words that query and description share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.protocol.lexicon import fold
from training.pairs.file import Pair
from training.pairs.inputs import PriceScale
from training.pairs.measures import Values, measure

_RIDGE: Final = 1e-2
_STEPS: Final = 30
_WORD: Final = re.compile(r"\w+")


def baselines(
    train: Sequence[Pair], train_relevant: npt.NDArray[np.bool_], test: Sequence[Pair], test_relevant: npt.NDArray[np.bool_]
) -> dict[str, dict[str, float]]:
    """Figures on ``test`` of each baseline fitted on ``train``."""
    scale = PriceScale.of([pair.price for pair in train])

    def price(pairs: Sequence[Pair]) -> Values:
        return scale.features([pair.price for pair in pairs]).astype(np.float64)

    def overlap(pairs: Sequence[Pair]) -> Values:
        return np.array([[word_overlap(pair)] for pair in pairs])

    probabilities = {
        "majority": np.full(len(test), float(train_relevant.mean())),
        "price_only": logistic(price(test), fit_logistic(price(train), train_relevant)),
        "word_overlap": logistic(overlap(test), fit_logistic(overlap(train), train_relevant)),
    }
    return {name: measure(probability, test_relevant) for name, probability in probabilities.items()}


def word_overlap(pair: Pair) -> float:
    """Share of the query's words, singular or plural, that the description has, 0 to 1."""
    said = set(fold(pair.query)) or set(_WORD.findall(pair.query_key))
    known = {*fold(pair.desc), *_WORD.findall(pair.desc.casefold())}
    return len(said & known) / max(1, len(said))


def fit_logistic(features: Values, relevant: npt.NDArray[np.bool_]) -> Values:
    """Weights (F + 1,), the constant last, of a logistic regression by Newton's method with a slight ridge."""
    x = np.column_stack([features, np.ones(len(features))])
    weights = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        probability = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (probability - relevant) + _RIDGE * weights
        hessian = (x * (probability * (1 - probability))[:, None]).T @ x + _RIDGE * np.eye(len(weights))
        weights = weights - np.linalg.solve(hessian, gradient)
    return weights


def logistic(features: Values, weights: Values) -> Values:
    """(N, F) features to (N,) probabilities."""
    probability: Values = 1 / (1 + np.exp(-(features @ weights[:-1] + weights[-1])))
    return probability
