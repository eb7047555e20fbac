"""How well probabilities tell relevant pairs from others, counted over the whole set and never averaged over batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
_SMALLEST: Final = 1e-7
_BINS: Final = 10
_RESAMPLES: Final = 2000


def measure(probability: Values, relevant: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Figures of N pairs: ``probability`` (N,) of being relevant, and the truth (N,).

    accuracy = correct / pairs, where above 0.5 says relevant; AUC is nan when only one class is there; calibration_error is
    the expected one over ten bins of equal width.
    """
    said = probability > 0.5
    correct = int((said == relevant).sum())
    hits = int((said & relevant).sum())
    precision, recall = hits / max(1, int(said.sum())), hits / max(1, int(relevant.sum()))
    return {
        "pairs": len(relevant),
        "correct": correct,
        "accuracy": correct / len(relevant),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(_SMALLEST, precision + recall),
        "auc": area_under_curve(probability, relevant),
        "log_loss": log_loss(probability, relevant),
        "calibration_error": _calibration_error(probability, relevant),
    }


def log_loss(probability: Values, relevant: npt.NDArray[np.bool_]) -> float:
    """Mean negative log likelihood, in nats."""
    true = np.where(relevant, probability, 1 - probability)
    return float(-np.log(np.maximum(true, _SMALLEST)).mean())


def area_under_curve(probability: Values, relevant: npt.NDArray[np.bool_]) -> float:
    """Probability that a relevant pair gets more than another one, ties counted half (Mann and Whitney's U)."""
    num_relevant = int(relevant.sum())
    num_other = len(relevant) - num_relevant
    if not num_relevant or not num_other:
        return float("nan")
    _, place, counts = np.unique(probability, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[place.reshape(-1)]  # mean rank of ties, from 1
    return float((rank[relevant].sum() - num_relevant * (num_relevant + 1) / 2) / (num_relevant * num_other))


def accuracy_interval(correct: npt.NDArray[np.bool_], queries: Sequence[str], *, seed: int) -> tuple[float, float]:
    """95 % interval of the accuracy by resampling whole queries, since pairs of one query stand or fall together."""
    _, query = np.unique(np.array(queries, dtype=object).astype(str), return_inverse=True)
    pairs = np.bincount(query.reshape(-1))
    hits = np.bincount(query.reshape(-1), weights=correct)
    drawn = np.random.default_rng(seed).integers(0, len(pairs), size=(_RESAMPLES, len(pairs)))
    low, high = np.quantile(hits[drawn].sum(1) / pairs[drawn].sum(1), (0.025, 0.975))
    return float(low), float(high)


def wrongly_counted(correct: npt.NDArray[np.bool_], batch_pairs: int) -> dict[str, float]:
    """What the same answers look like under two common mistakes, for comparison with ``accuracy``."""
    batches = [correct[start : start + batch_pairs] for start in range(0, len(correct), batch_pairs)]
    return {
        "last_batch_size": len(batches[-1]),
        "accuracy_of_last_batch": float(batches[-1].mean()),
        "lowest_batch_accuracy": float(min(batch.mean() for batch in batches)),
        "highest_batch_accuracy": float(max(batch.mean() for batch in batches)),
        "mean_of_batch_accuracies": float(np.mean([batch.mean() for batch in batches])),
    }


def _calibration_error(probability: Values, relevant: npt.NDArray[np.bool_]) -> float:
    bin_of = np.minimum((probability * _BINS).astype(np.int64), _BINS - 1)
    gaps = np.bincount(bin_of, weights=probability - relevant, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(probability))
