"""The test queries at many settings of the diversifier: the points of the relevance-diversity plot.

In one process, by the server's own steps on the served repository: each query is scored once, then diversified at every setting.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Final

import numpy as np

from assortment.catalogue.progress import progress
from assortment.protocol.store import Query
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import Answer, SearchRequest
from assortment.serving.step import Tensors
from assortment_client.contract import STRATEGIES
from demo.measure import Judge
from demo.page import SweepPoint
from demo.settings import K

PLOTTED: Final = ("mmr", "dpp")
"""Strategies that every plot has; `assortment sweep` measures all of them."""
Setting = tuple[str, float]
"""Strategy and diversity."""


def settings(values: Sequence[float], default: Setting) -> list[Setting]:
    """The plotted strategies with every value, and the server's default, so that it can be marked where it lies."""
    return [
        (strategy, diversity)
        for strategy in dict.fromkeys((*PLOTTED, default[0]))
        for diversity in sorted({*values, default[1]} if strategy == default[0] else set(values))
    ]


def sweep(pipeline: Pipeline, judge: Judge, queries: Sequence[Query], planned: Sequence[Setting]) -> list[SweepPoint]:
    """Measures all queries at each setting."""
    scored: list[Tensors] = []
    for query in queries:  # one by one, as the server was asked: an 8-bit encoder's answer depends slightly on its batch mates
        scored += pipeline.score([SearchRequest(query=query.query, k=K)])
    points = []
    for strategy, diversity in progress(planned, doing="settings of the diversifier", total=len(planned)):
        options = np.array([[K, diversity, STRATEGIES.index(strategy), np.nan]], dtype=np.float32)
        diversified = pipeline.diversify([{**tensors, "OPTIONS": options} for tensors in scored])
        found = judge.measure({query.id: Answer.of(tensors).ids for query, tensors in zip(queries, diversified, strict=True)})
        ndcg, alpha_ndcg = fmean(found.values("ndcg").values()), fmean(found.values("alpha_ndcg").values())
        points.append(SweepPoint(strategy=strategy, diversity=diversity, ndcg=ndcg, alpha_ndcg=alpha_ndcg))
    return points
