"""Relevance of a ranked list, measured against graded products.

``ndcg`` uses the grades themselves. The others know only relevant and not: relevant is a product whose grade is at least
``threshold``. All lie in [0, 1] and are 0 for an empty list and for a query to which nothing is relevant. The definitions are
those of trec_eval (Voorhees & Harman 2005, "TREC: Experiment and evaluation in information retrieval", chapter 3).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from assortment.metrics.inputs import Grades, check_count, check_grades, top


def ndcg(ranking: Sequence[str], grades: Grades, k: int) -> float:
    """Normalised discounted cumulative gain at ``k`` with gains 2^grade - 1 and discounts log2(rank + 1).

    Burges et al. 2005, "Learning to rank using gradient descent". The ideal ranking is that of all graded products, also cut
    at ``k``. 0 when nothing is relevant.
    """
    found, best = dcg(ranking, grades, k), ideal_dcg(grades, k)
    return found / best if best > 0 else 0.0


def dcg(ranking: Sequence[str], grades: Grades, k: int) -> float:
    """Discounted cumulative gain at ``k``: what ``ndcg`` divides by that of the ideal ranking."""
    return discounted([2.0 ** grades.get(product, 0) - 1 for product in top(ranking, k)])


def ideal_dcg(grades: Grades, k: int) -> float:
    """Discounted cumulative gain at ``k`` of the ideal ranking; worth keeping where many rankings of one query are measured."""
    check_grades(grades)
    return discounted(sorted((2.0**grade - 1 for grade in grades.values()), reverse=True)[:k])


def discounted(gains: Sequence[float]) -> float:
    """Cumulative gain with the discount log2(rank + 1) of Järvelin & Kekäläinen 2002; 0 of no gains."""
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def mrr(ranking: Sequence[str], grades: Grades, k: int | None = None, *, threshold: int = 1) -> float:
    """Reciprocal rank of one query: 1 over the rank of the first relevant product; its mean over queries is the MRR.

    Voorhees 1999, "The TREC-8 question answering track report". 0 when none of the first ``k`` products is relevant;
    ``k`` None looks at the whole ranking.
    """
    relevant = _relevant(grades, threshold)
    return next((1 / rank for rank, product in enumerate(top(ranking, k), start=1) if product in relevant), 0.0)


def precision(ranking: Sequence[str], grades: Grades, k: int, *, threshold: int = 1) -> float:
    """Precision at ``k``: relevant products among the first ``k``, over ``k``.

    Empty places of a list shorter than ``k`` count as not relevant.
    """
    return _found(ranking, _relevant(grades, threshold), k) / k


def r_precision(ranking: Sequence[str], grades: Grades, *, threshold: int = 1) -> float:
    """Precision at R, the number of products that are relevant: there precision and recall are equal. 0 when R is 0."""
    relevant = _relevant(grades, threshold)
    top(ranking, None)
    return _found(ranking, relevant, len(relevant)) / len(relevant) if relevant else 0.0


def recall(ranking: Sequence[str], grades: Grades, k: int, *, threshold: int = 1) -> float:
    """Recall at ``k``: the share of all relevant products that stands among the first ``k``.

    It cannot reach 1 when more than ``k`` products are relevant. 0 when none is.
    """
    relevant = _relevant(grades, threshold)
    found = _found(ranking, relevant, k)
    return found / len(relevant) if relevant else 0.0


def _relevant(grades: Grades, threshold: int) -> set[str]:
    check_grades(grades)
    check_count("threshold", threshold)
    return {product for product, grade in grades.items() if grade >= threshold}


def _found(ranking: Sequence[str], relevant: set[str], k: int) -> int:
    return sum(product in relevant for product in top(ranking, k))
