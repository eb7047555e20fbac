"""The gate: models may not rank judged products worse than the untrained encoder over the same fields, but for a margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from assortment.judgments import JudgedQuery
from assortment.metrics import Estimate, bootstrap_mean, ndcg, paired_bootstrap
from export.judged.reranking import Relevance

K: Final = 10
MARGIN: Final = 0.01  # of mean ndcg@10


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The judgments that can be used: of products that the catalogue has, for queries with something to find."""

    queries: tuple[JudgedQuery, ...]
    products: tuple[str, ...]
    """Ids of all judged products, each once."""
    not_in_catalogue: tuple[str, ...]
    """Judged products that the catalogue does not have; they are left out."""
    nothing_to_find: tuple[str, ...]
    """Queries without a judged product, or without one above grade 0: no ranking is better than another. Left out."""

    @classmethod
    def of(cls, judged: Sequence[JudgedQuery], known: Mapping[str, int]) -> Judged:
        """Of everything that was judged; ``known`` has the rows of the catalogue's products."""
        missing = sorted({product for query in judged for product in query.grades if product not in known})
        graded = {query.id: {id_: grade for id_, grade in query.grades.items() if id_ in known} for query in judged}
        kept = [query for query in judged if any(graded[query.id].values())]
        return cls(
            queries=tuple(
                JudgedQuery(id=query.id, text=query.text, kind=query.kind, grades=graded[query.id], subtopics=query.subtopics)
                for query in kept
            ),
            products=tuple(sorted({product for query in kept for product in graded[query.id]})),
            not_in_catalogue=tuple(missing),
            nothing_to_find=tuple(query.id for query in judged if not any(graded[query.id].values())),
        )

    def ndcg(self, relevance: Relevance) -> list[float]:
        """ndcg@10 of each query, its judged products ranked by ``relevance`` (Q, R); equal ones in the order of their ids."""
        place = {product: number for number, product in enumerate(self.products)}
        values = []
        for of_query, query in zip(relevance, self.queries, strict=True):
            candidates = sorted(query.grades)
            order = np.argsort(-of_query[[place[product] for product in candidates]], kind="stable")
            values.append(ndcg([candidates[number] for number in order], query.grades, K))
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one set of models makes of the judged products."""

    models: str
    ndcg: Estimate
    difference: Estimate
    """From the best mix of the untrained encoder, paired by query."""

    @property
    def passed(self) -> bool:
        """Whether the mean is not below the untrained encoder's by more than the margin."""
        return self.difference.mean >= -MARGIN

    def summary(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "passed": self.passed}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The untrained encoder: the mix of fields that ranks these very judgments best, which favours it."""

    mix: str
    values: list[float]
    """ndcg@10 of each query."""
    mixes: Mapping[str, float]
    """Mean ndcg@10 of every mix."""

    @classmethod
    def of(cls, judged: Judged, untrained: Mapping[str, Relevance]) -> Bar:
        """Of the relevance by every mix."""
        values = {mix: judged.ndcg(relevance) for mix, relevance in untrained.items()}
        means = {mix: round(float(np.mean(each)), 4) for mix, each in values.items()}
        best = max(values, key=lambda mix: float(np.mean(values[mix])))
        return cls(mix=best, values=values[best], mixes=means)

    def verdict(self, models: str, values: Sequence[float]) -> Verdict:
        """Of models whose ndcg@10 of each query is ``values``."""
        return Verdict(models=models, ndcg=bootstrap_mean(values), difference=paired_bootstrap(values, self.values))
