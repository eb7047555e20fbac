"""Every strategy at every strength on the dev queries, through the served steps: each query is scored once.

Among the strategies stands a cheat, RANDOM: MMR over candidates whose relevance is random. It is as diverse as can be had for
nothing, so a strategy that is not clearly better at the same relevance only shuffles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any, Final, Literal

import numpy as np

from assortment.catalogue.progress import progress
from assortment.contract import MAX_BATCH_SIZE
from assortment.metrics import alpha_dcg, dcg, ideal_alpha_dcg, ideal_dcg, intra_list_distance
from assortment.protocol.splits import Split
from assortment.protocol.store import Protocol, Query
from assortment.serving.catalogue_tables import ProductTable
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import SearchRequest
from assortment.serving.step import Tensors, strings
from assortment_client.contract import STRATEGIES

K: Final = 10
# Densest where the default of most strategies lies: beyond 0.3 they lose much of the relevance.
_FINE: Final = tuple(round(0.02 * step, 2) for step in range(16))
DIVERSITIES: Final = (*_FINE, *(round(0.05 * step, 2) for step in range(7, 21)))
LOSSES: Final = (0.0025, 0.005, 0.01, 0.02, 0.05)
RANDOM: Final = "random relevance"

Control = Literal["diversity", "max_relevance_loss"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One way to diversify."""

    strategy: str
    """A name in STRATEGIES, or RANDOM."""
    control: Control = "diversity"
    strength: float
    """Of the control, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """Means over the queries at one setting."""

    setting: Setting
    ndcg: float
    """nDCG@10 over all queries."""
    ndcg_unambiguous: float
    """nDCG@10 over the unambiguous ones; 0 without any."""
    alpha_ndcg: float
    """Alpha-nDCG@10 over the ambiguous ones; 0 without any."""
    duplicate_titles: float
    """Share of places whose title stands above already."""
    ild: float
    """Mean distance between the vectors that the diversifier compares."""

    def row(self) -> dict[str, Any]:
        """One flat row of a table."""
        return {**asdict(self.setting), **{name: value for name, value in asdict(self).items() if name != "setting"}}


def settings(
    diversities: Sequence[float] = (), losses: Sequence[float] = (), *, strategies: Sequence[str] = STRATEGIES
) -> list[Setting]:
    """Every strategy at every strength of either control."""
    return [
        *(Setting(strategy=name, strength=value) for name in strategies for value in diversities),
        *(Setting(strategy=name, control="max_relevance_loss", strength=value) for name in strategies for value in losses),
    ]


def sweep(
    pipeline: Pipeline, protocol: Protocol, table: ProductTable, planned: Sequence[Setting], *, split: Split = "dev"
) -> list[Trial]:
    """Measures every setting; empty when the protocol has no queries of the split."""
    queries = protocol.queries(split)
    if not queries:
        return []
    scored: list[Tensors] = []
    for start in range(0, len(queries), MAX_BATCH_SIZE):
        scored += pipeline.score([SearchRequest(query=query.query) for query in queries[start : start + MAX_BATCH_SIZE]])
    judge = _Judge(queries, protocol, table)
    shuffled = _with_random_relevance(scored) if any(setting.strategy == RANDOM for setting in planned) else []
    trials = []
    for setting in progress(planned, doing=f"ways to diversify the {split} queries", total=len(planned)):
        options = np.array([_options(setting)], dtype=np.float32)
        of_setting = shuffled if setting.strategy == RANDOM else scored
        answers = pipeline.diversify([{**tensors, "OPTIONS": options} for tensors in of_setting])
        trials.append(judge.trial(setting, [[product.decode() for product in answer["ID"][0]] for answer in answers]))
    return trials


def _options(setting: Setting) -> list[float]:
    nothing = float("nan")
    index = STRATEGIES.index("mmr" if setting.strategy == RANDOM else setting.strategy)
    if setting.control == "diversity":
        return [K, setting.strength, index, nothing]
    return [K, nothing, index, setting.strength]


def _with_random_relevance(scored: Sequence[Tensors]) -> list[Tensors]:
    """The nearest candidates, their order and relevance drawn anew; no words are compared, which would tell who is relevant."""
    generator = np.random.default_rng(0)
    drawn = []
    for tensors in scored:
        rows = tensors["ROW"][0][tensors["ROW"][0] >= 0]
        relevance = np.sort(generator.random(len(rows), dtype=np.float32))[::-1]
        kept = {name: values for name, values in tensors.items() if name not in ("WORD_ROW", "WORD_RELEVANCE", "RULES")}
        shuffled = {"ROW": generator.permutation(rows)[np.newaxis], "RELEVANCE": relevance[np.newaxis].copy()}
        drawn.append({**kept, **shuffled, "RULES": strings([b""])})
    return drawn


class _Judge:
    """Measures lists for the same queries again and again: what is ideal for each is computed once."""

    def __init__(self, queries: Sequence[Query], protocol: Protocol, table: ProductTable) -> None:
        self._queries = queries
        self._grades = [protocol.judgments.get(query.id, {}) for query in queries]
        self._subtopics = [protocol.subtopics.get(query.id, {}) for query in queries]
        self._ideal = [ideal_dcg(grades, K) for grades in self._grades]
        self._ideal_alpha = [ideal_alpha_dcg(subtopics, K) for subtopics in self._subtopics]
        self._row_of = {product.decode(): row for row, product in enumerate(table.ids.tolist())}
        self._table = table

    def trial(self, setting: Setting, rankings: Sequence[Sequence[str]]) -> Trial:
        every: list[float] = []
        unambiguous: list[float] = []
        variety: list[float] = []
        repeats: list[float] = []
        distances: list[float] = []
        for at, (query, ranking) in enumerate(zip(self._queries, rankings, strict=True)):
            gain = dcg(ranking, self._grades[at], K) / self._ideal[at] if self._ideal[at] > 0 else 0.0
            every.append(gain)
            if query.kind == "unambiguous":
                unambiguous.append(gain)
            else:
                ideal = self._ideal_alpha[at]
                variety.append(alpha_dcg(ranking, self._subtopics[at], K) / ideal if ideal > 0 else 0.0)
            rows = [self._row_of[product] for product in ranking]
            repeats.append(1.0 - len(set(self._table.titles[rows].tolist())) / max(1, len(rows)))
            distances.append(intra_list_distance(self._table.vectors[rows]).mean)
        return Trial(
            setting=setting,
            ndcg=fmean(every),
            ndcg_unambiguous=fmean(unambiguous) if unambiguous else 0.0,
            alpha_ndcg=fmean(variety) if variety else 0.0,
            duplicate_titles=fmean(repeats),
            ild=fmean(distances),
        )
