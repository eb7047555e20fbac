"""What a run has found so far; whatever is missing was not reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from assortment.metrics import paired_bootstrap
from perf.recipes.congruence import Congruence
from perf.recipes.speed import Speed


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One recipe of one encoder."""

    told: str
    """What it is."""
    size: int
    """Bytes."""
    speeds: Mapping[int, Speed]
    """By batch size."""
    ndcg: float
    """ndcg@10 over the dev queries."""
    loss: float
    """Of it, against float32; below 0 is a gain."""
    loss_interval: tuple[float, float]
    """95 % of it, by paired bootstrap over the queries."""
    fused: Mapping[str, int] = field(default_factory=dict)
    """Operators of the graph that a session runs, by type."""


@dataclass(slots=True, kw_only=True)
class Found:
    """Filled as the run goes on."""

    products: int = 0
    queries: int = 0
    """Dev queries in words."""
    picture_queries: int = 0
    texts: dict[str, Row] = field(default_factory=dict)
    """Of the query text encoder, by recipe."""
    images: dict[str, Row] = field(default_factory=dict)
    """Of the image encoder."""
    congruence: list[Congruence] = field(default_factory=list)
    recovery_loss: dict[str, float] = field(default_factory=dict)
    """Of pruned sizes, at the end of their recovery."""


def rows(
    told: Mapping[str, str],
    files: Mapping[str, Path],
    speeds: Mapping[int, Mapping[str, Speed]],
    ndcg: Mapping[str, Sequence[float]],
    fused: Mapping[str, Mapping[str, int]],
    *,
    against: str,
) -> dict[str, Row]:
    """Puts together what was measured of each file, by recipe; ``ndcg`` is of every query."""
    losses = {name: paired_bootstrap(ndcg[against], ndcg[name]) for name in files}
    return {
        name: Row(
            told=told[name],
            size=path.stat().st_size,
            speeds={batch: of_batch[name] for batch, of_batch in speeds.items()},
            ndcg=float(np.mean(ndcg[name])),
            loss=losses[name].mean,
            loss_interval=(losses[name].low, losses[name].high),
            fused=dict(fused.get(name, {})),
        )
        for name, path in files.items()
    }
