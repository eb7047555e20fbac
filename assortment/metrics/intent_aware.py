"""Intent-aware measures: whether all meanings of an ambiguous query are served, and early.

Each meaning is a subtopic. A product gains 1 for each subtopic that it covers, times (1 - alpha) for every earlier product
of the same subtopic: alpha is how likely a shopper who meant that subtopic was content with the earlier product. The
measures differ in how a gain fades with its rank and in what they divide by. All are those of TREC's ndeval, which stops at
rank 20; these do not. They are 0 for an empty list and when no product covers a subtopic.

The ideal ranking is the greedy one, since the best is hard to find: where products cover several subtopics a ranking can be
slightly better than it, and ``alpha_ndcg`` and ``nerr_ia`` slightly above 1. With one subtopic a product they lie in [0, 1].
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from assortment.metrics.inputs import Subtopics, check_share, top
from assortment.metrics.relevance import discounted

ALPHA: Final = 0.5  # how much a repeated subtopic loses, as in Clarke et al. 2008 and in ndeval


def alpha_ndcg(ranking: Sequence[str], subtopics: Subtopics, k: int, *, alpha: float = ALPHA) -> float:
    """Alpha-nDCG at ``k``: gains fade with log2(rank + 1), and are divided by those of the greedy ideal ranking.

    Clarke et al. 2008, "Novelty and diversity in information retrieval evaluation"; the ideal ranking is the greedy one, as
    there and in TREC's ndeval. 0 when no product covers a subtopic.
    """
    found, best = alpha_dcg(ranking, subtopics, k, alpha=alpha), ideal_alpha_dcg(subtopics, k, alpha=alpha)
    return found / best if best > 0 else 0.0


def alpha_dcg(ranking: Sequence[str], subtopics: Subtopics, k: int, *, alpha: float = ALPHA) -> float:
    """Alpha-DCG at ``k``: what ``alpha_ndcg`` divides by that of the ideal ranking."""
    return discounted(_gains(ranking, subtopics, k, alpha))


def ideal_alpha_dcg(subtopics: Subtopics, k: int, *, alpha: float = ALPHA) -> float:
    """Alpha-DCG at ``k`` of the greedy ideal ranking; worth keeping where many rankings of one query are measured."""
    return discounted(_ideal_gains(subtopics, k, alpha))


def err_ia(ranking: Sequence[str], subtopics: Subtopics, k: int, *, alpha: float = ALPHA) -> float:
    """Intent-aware expected reciprocal rank at ``k``, 0 to 1: gains fade with 1 / rank.

    Chapelle et al. 2009, "Expected reciprocal rank for graded relevance", averaged over equally likely subtopics as in
    Chapelle et al. 2011, "Intent-based diversification of web search results". As in ndeval it is divided by what ``k``
    products would give that each cover every subtopic. So figures of different queries have one scale, and where a product
    covers one subtopic only, 1 is out of reach: subtopics a, a, b, c of four products give 0.4409 at 10 in this order and
    0.4709 in the best.

    ndeval forgets the division at rank 1; this does not. 0 when no product covers a subtopic.
    """
    gains = _gains(ranking, subtopics, k, alpha)
    num_subtopics = len(_every(subtopics))
    bound = _reciprocal([num_subtopics * (1 - alpha) ** place for place in range(k)])
    return _reciprocal(gains) / bound if bound > 0 else 0.0


def nerr_ia(ranking: Sequence[str], subtopics: Subtopics, k: int, *, alpha: float = ALPHA) -> float:
    """Normalised ``err_ia`` at ``k``, ndeval's nERR-IA: divided by that of the greedy ideal ranking of this query.

    1 is what the judged products allow. 0 when no product covers a subtopic.
    """
    gains = _gains(ranking, subtopics, k, alpha)
    best = _reciprocal(_ideal_gains(subtopics, k, alpha))
    return _reciprocal(gains) / best if best > 0 else 0.0


def subtopic_recall(ranking: Sequence[str], subtopics: Subtopics, k: int) -> float:
    """The share of all subtopics that the first ``k`` products cover, 0 to 1. 0 when there are none.

    Zhai et al. 2003, "Beyond independent relevance".
    """
    every = _every(subtopics)
    shown = {subtopic for product in top(ranking, k) for subtopic in subtopics.get(product, ())}
    return len(shown) / len(every) if every else 0.0


def _every(subtopics: Subtopics) -> set[str]:
    return {subtopic for covered in subtopics.values() for subtopic in covered}


def _reciprocal(gains: Sequence[float]) -> float:
    return math.fsum(gain / rank for rank, gain in enumerate(gains, start=1))


def _gains(ranking: Sequence[str], subtopics: Subtopics, k: int, alpha: float) -> list[float]:
    """What each of the first ``k`` products adds to those before it."""
    check_share("alpha", alpha, ends=True)
    seen: Counter[str] = Counter()
    gains: list[float] = []
    for product in top(ranking, k):
        covered = subtopics.get(product, ())
        gains.append(_gain(covered, seen, alpha))
        seen.update(covered)
    return gains


def _ideal_gains(subtopics: Subtopics, k: int, alpha: float) -> list[float]:
    """Gains of the greedy ideal ranking; of equals, ndeval's choice: the product whose id sorts last.

    Unless ``alpha`` is a sum of few powers of 2, as 0.5, equality hangs on rounding, and ndeval may choose otherwise.

    Products that cover the same subtopics are interchangeable, so they wait in one queue and only its end is looked at.
    """
    waiting: dict[frozenset[str], list[str]] = {}
    for product in sorted(subtopics):
        if subtopics[product]:
            waiting.setdefault(frozenset(subtopics[product]), []).append(product)
    seen: Counter[str] = Counter()
    gains: list[float] = []
    while waiting and len(gains) < k:
        gain, _, covered = max((_gain(covered, seen, alpha), queue[-1], covered) for covered, queue in waiting.items())
        gains.append(gain)
        seen.update(covered)
        waiting[covered].pop()
        if not waiting[covered]:
            del waiting[covered]
    return gains


def _gain(covered: Collection[str], seen: Mapping[str, int], alpha: float) -> float:
    return math.fsum((1 - alpha) ** seen.get(subtopic, 0) for subtopic in covered)
