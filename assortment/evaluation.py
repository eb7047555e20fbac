"""Measures ranked lists against judged queries: every query by itself, then means with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
import numpy.typing as npt

from assortment.judgments import JudgedQuery
from assortment.metrics import (
    Estimate,
    alpha_ndcg,
    bootstrap_mean,
    duplicate_title_rate,
    err_ia,
    intra_list_distance,
    ndcg,
    paired_bootstrap,
    subtopic_recall,
)
from assortment.protocol.wishes import Kind

Measure = Literal["ndcg", "alpha_ndcg", "err_ia", "subtopic_recall", "ild", "ild_min", "duplicate_titles"]
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)
KINDS: Final[tuple[Kind, ...]] = ("ambiguous", "unambiguous")
VectorsOf = Callable[[Sequence[str]], npt.NDArray[np.floating[Any]]]
"""Product ids to their vectors (n, D)."""
TitlesOf = Callable[[Sequence[str]], Sequence[str]]
"""Product ids to their titles, in the same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryMeasures:
    """The measures of one query at k. None: the measure does not apply."""

    id: str
    text: str
    kind: Kind
    num_results: int
    """Products in the ranked list, 0 for a query without a result."""
    ndcg: float
    alpha_ndcg: float | None
    """For ambiguous queries only, as err_ia and subtopic_recall."""
    subtopic_recall: float | None
    ild: float | None
    """Mean distance within the list, None without vectors."""
    ild_min: float | None
    err_ia: float | None = None
    duplicate_titles: float | None = None
    """Share of products whose title stands further up already; less is better. 0 for an empty list, None without titles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The measures of every judged query."""

    k: int
    seed: int
    queries: tuple[QueryMeasures, ...]

    def values(self, measure: Measure, kind: Kind | None = None) -> dict[str, float]:
        """Query id to a measure, over the queries to which it applies."""
        asked = (query for query in self.queries if kind in (None, query.kind))
        return {query.id: value for query in asked if (value := getattr(query, measure)) is not None}

    def estimate(self, measure: Measure, kind: Kind | None = None) -> Estimate:
        """The mean of a measure with its 95 % bootstrap interval."""
        return bootstrap_mean(list(self.values(measure, kind).values()), seed=self.seed)

    def without_result(self) -> list[str]:
        """Ids of the queries that had no result and count as 0."""
        return [query.id for query in self.queries if query.num_results == 0]

    def summary(self) -> dict[str, Any]:
        """Everything but the single queries, ready for JSON: ``{"ndcg@10": {"mean", "low", "high", "num_queries"}, ...}``."""
        by_kind = {kind: self._estimates(kind) for kind in KINDS if any(query.kind == kind for query in self.queries)}
        return {
            "k": self.k,
            "num_queries": len(self.queries),
            "queries_without_result": len(self.without_result()),
            **self._estimates(None),
            "by_kind": by_kind,
        }

    def _estimates(self, kind: Kind | None) -> dict[str, Any]:
        found = {measure: self.estimate(measure, kind) for measure in MEASURES}
        return {f"{measure}@{self.k}": asdict(estimate) for measure, estimate in found.items() if estimate.num_queries}


def evaluate(
    rankings: Mapping[str, Sequence[str]],
    judged: Sequence[JudgedQuery],
    *,
    k: int = 10,
    vectors_of: VectorsOf | None = None,
    titles_of: TitlesOf | None = None,
    seed: int = 0,
) -> Evaluation:
    """Measures ranked lists.

    Args:
        rankings: id of a judged query to its ranked product ids; a query that is missing has an empty list and counts as 0.
        judged: the queries to average over.
        k: how many products of each list count.
        vectors_of: gives the vectors in which distances are measured; without it there are no distances.
        titles_of: gives the titles among which repetitions are counted; without it they are not.
        seed: of the bootstrap.
    """
    measured = tuple(_measure(query, list(rankings.get(query.id, ())), k, vectors_of, titles_of) for query in judged)
    return Evaluation(k=k, seed=seed, queries=measured)


def compare(ours: Evaluation, theirs: Evaluation, measure: Measure, kind: Kind | None = None) -> Estimate:
    """The mean difference ``ours - theirs`` of a measure over the same queries, with its paired bootstrap interval.

    Above zero, ours is better; for ``duplicate_titles`` it is the other way round.

    Raises:
        ValueError: when the two evaluations do not cover the same queries.
    """
    our_values, their_values = ours.values(measure, kind), theirs.values(measure, kind)
    if our_values.keys() != their_values.keys():
        raise ValueError(f"the evaluations cover different queries: {len(our_values)} and {len(their_values)} have a {measure}")
    return paired_bootstrap(list(our_values.values()), [their_values[query] for query in our_values], seed=ours.seed)


def _measure(
    query: JudgedQuery, ranking: list[str], k: int, vectors_of: VectorsOf | None, titles_of: TitlesOf | None
) -> QueryMeasures:
    ambiguous = query.kind == "ambiguous"
    distance = intra_list_distance(vectors_of(ranking[:k])) if vectors_of and ranking else None
    nothing = 0.0 if vectors_of else None
    return QueryMeasures(
        id=query.id,
        text=query.text,
        kind=query.kind,
        num_results=len(ranking),
        ndcg=ndcg(ranking, query.grades, k),
        alpha_ndcg=alpha_ndcg(ranking, query.subtopics, k) if ambiguous else None,
        err_ia=err_ia(ranking, query.subtopics, k) if ambiguous else None,
        subtopic_recall=subtopic_recall(ranking, query.subtopics, k) if ambiguous else None,
        ild=distance.mean if distance else nothing,
        ild_min=distance.minimum if distance else nothing,
        duplicate_titles=duplicate_title_rate(titles_of(ranking[:k]) if ranking else ()) if titles_of else None,
    )
