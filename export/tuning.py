"""How much a catalogue is diversified when a search does not say: calibrated on the dev queries, through the served steps.

Every strategy is tried at every strength on the same scored rows. The default is the one with the highest alpha-nDCG@10 over the
ambiguous queries among those that lose at most MAX_DIVERSITY_LOSS of nDCG@10 over all queries, relative to no diversification.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from assortment.catalogue.progress import progress
from assortment.contract import MAX_BATCH_SIZE
from assortment.metrics import alpha_ndcg, ndcg
from assortment.protocol.store import Protocol, Query
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import SearchRequest
from assortment.serving.step import Tensors
from assortment_client.contract import STRATEGIES
from export.defaults import MAX_DIVERSITY_LOSS

K: Final = 10
# Dense where a default can lie: beyond 0.4 much of the relevance is gone.
_FINE: Final = tuple(round(0.02 * step, 2) for step in range(16))
DIVERSITIES: Final = (*_FINE, 0.4, 0.5, 0.7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """Means over the dev queries at one setting."""

    strategy: str
    diversity: float
    ndcg: float
    """nDCG@10 over all queries."""
    alpha_ndcg: float
    """Alpha-nDCG@10 over the ambiguous ones."""


def sweep(pipeline: Pipeline, protocol: Protocol) -> list[Trial]:
    """Every strategy at every strength; empty when the protocol has no dev queries."""
    queries = protocol.queries("dev")
    if not queries:
        return []
    scored: list[Tensors] = []
    for start in range(0, len(queries), MAX_BATCH_SIZE):
        scored += pipeline.score([SearchRequest(query=query.query) for query in queries[start : start + MAX_BATCH_SIZE]])
    settings = [(strategy, diversity) for strategy in STRATEGIES for diversity in DIVERSITIES]
    return [
        _trial(_rankings(pipeline, scored, strategy, diversity), queries, protocol, strategy, diversity)
        for strategy, diversity in progress(settings, doing="diversity of the dev queries", total=len(settings))
    ]


def best(trials: Sequence[Trial], *, max_loss: float = MAX_DIVERSITY_LOSS) -> Trial:
    """The trial with the highest alpha_ndcg whose ndcg is at least (1 - ``max_loss``) of that at diversity 0.

    Of equals, the weaker diversification. There is always one: diversity 0 loses nothing.
    """
    relevance_only = max(trial.ndcg for trial in trials if trial.diversity == 0.0)
    allowed = [trial for trial in trials if trial.ndcg >= (1.0 - max_loss) * relevance_only]
    return max(allowed, key=lambda trial: (trial.alpha_ndcg, -trial.diversity))


def _rankings(pipeline: Pipeline, scored: Sequence[Tensors], strategy: str, diversity: float) -> list[list[str]]:
    options = np.array([[K, diversity, STRATEGIES.index(strategy)]], dtype=np.float32)
    answers = pipeline.diversify([{**tensors, "OPTIONS": options} for tensors in scored])
    return [[product_id.decode() for product_id in answer["ID"][0]] for answer in answers]


def _trial(
    rankings: Sequence[Sequence[str]], queries: Sequence[Query], protocol: Protocol, strategy: str, diversity: float
) -> Trial:
    gains = [ndcg(ranking, protocol.judgments[query.id], K) for ranking, query in zip(rankings, queries, strict=True)]
    novelty = [
        alpha_ndcg(ranking, protocol.subtopics[query.id], K)
        for ranking, query in zip(rankings, queries, strict=True)
        if query.kind == "ambiguous"
    ]
    return Trial(
        strategy=strategy,
        diversity=diversity,
        ndcg=float(np.mean(gains)),
        alpha_ndcg=float(np.mean(novelty)) if novelty else 0.0,
    )
