"""Train, dev and test parts of a pair file, so that no query stands in two of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from assortment.errors import DataError, InputError
from assortment.protocol.splits import SPLITS, Split
from training.pairs.file import Pair
from training.pairs.settings import PairSettings

_FEWEST: Final = 20  # pairs of a file that can be split


def relevance(pairs: Sequence[Pair], positive_from: float | None) -> list[bool]:
    """Whether each pair's label counts as relevant; every pair has one.

    Raises:
        InputError: when the labels are graded and ``positive_from`` is not given.
    """
    labels = _labels(pairs)
    if positive_from is None and not set(labels) <= {0.0, 1.0}:
        span = f"{min(labels):g} to {max(labels):g}"
        raise InputError("positive_from", None, f"the labels are grades, {span}: say from which on a pair counts as relevant")
    threshold = 1.0 if positive_from is None else positive_from
    return [label >= threshold for label in labels]


def two_classes(pairs: Sequence[Pair], positive_from: float | None) -> list[bool]:
    """``relevance`` of pairs to train on.

    Raises:
        InputError: as ``relevance``, or when all pairs are relevant, or none.
        DataError: when all labels are the same.
    """
    relevant, labels = relevance(pairs, positive_from), _labels(pairs)
    if min(labels) == max(labels):
        raise DataError(f"every label is {min(labels):g}; a classifier learns from relevant pairs and others")
    if len(set(relevant)) == 1:
        span = f"above {min(labels):g}, at most {max(labels):g}"
        raise InputError("positive_from", positive_from, f"allowed: {span}, so that there are relevant pairs and others")
    return relevant


def _labels(pairs: Sequence[Pair]) -> list[float]:
    labels = [pair.label for pair in pairs if pair.label is not None]
    assert len(labels) == len(pairs), "every pair has a label"
    return labels


def split_pairs(pairs: Sequence[Pair], settings: PairSettings) -> dict[Split, list[int]]:
    """Indices of each part, ascending. Queries are shuffled by the seed and dealt out whole: test, then dev, the rest train.

    Raises:
        DataError: when the file is too small for three parts.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for i, pair in enumerate(pairs):
        groups[pair.query_key if settings.split == "query" else str(i)].append(i)
    names = sorted(groups)
    order = [groups[names[i]] for i in np.random.default_rng([settings.seed, 1]).permutation(len(names))]
    number = min(len(pairs), settings.limit or len(pairs))
    if number < _FEWEST or len(order) < len(SPLITS):
        raise DataError(f"{number} pairs of {len(order)} queries are too few to split; wanted: {_FEWEST} pairs of 3 queries")
    wanted: dict[Split, int] = {
        "test": round(number * settings.test_share),
        "dev": round(number * settings.dev_share),
        "train": number,
    }
    parts: dict[Split, list[int]] = {split: [] for split in SPLITS}
    for group in order:
        if sum(map(len, parts.values())) >= number:
            break
        filling: Split = next(split for split, size in wanted.items() if len(parts[split]) < size)
        parts[filling] += group
    if empty := [split for split, rows in parts.items() if not rows]:
        shares = f"{settings.test_share:g} test and {settings.dev_share:g} dev"
        raise DataError(f"the part {empty[0]} is empty: too few queries ({len(order)}) for shares of {shares}")
    return {split: sorted(rows) for split, rows in parts.items()}


def describe(pairs: Sequence[Pair], relevant: Sequence[bool], parts: Mapping[Split, Sequence[int]]) -> dict[str, dict[str, Any]]:
    """Size of each part, its share of relevant pairs, and how much of it training has seen in another pair."""
    train_queries = {pairs[i].query_key for i in parts["train"]}
    train_descs = {pairs[i].desc for i in parts["train"]}
    return {
        split: {
            "pairs": len(rows),
            "queries": len({pairs[i].query_key for i in rows}),
            "relevant_share": round(sum(relevant[i] for i in rows) / len(rows), 4),
            "priced_share": round(sum(pairs[i].price is not None for i in rows) / len(rows), 4),
            "with_query_of_train": sum(pairs[i].query_key in train_queries for i in rows) if split != "train" else len(rows),
            "with_desc_of_train": sum(pairs[i].desc in train_descs for i in rows) if split != "train" else len(rows),
        }
        for split, rows in parts.items()
    }
