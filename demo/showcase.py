"""Which queries the report shows: some where diversity opens something, one where it has nothing to do, the one it hurt most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from assortment.evaluation import Evaluation
from assortment.protocol.store import Query

NUM_AMBIGUOUS: Final = 6
PICKED: Final = (
    "The queries were picked from the frozen test queries: ambiguous ones with an instructive difference, one that leaves little "
    "open, and the one that diversity hurt most. Picks are no proof; the means over all test queries stand further down."
)
_MOST_LOST: Final = 0.02
"""Absolute ndcg@10 that an instructive example may lose."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A query of the protocol, and why it is shown."""

    query: Query
    kind: str
    note: str = ""


def pick(queries: Sequence[Query], relevance: Evaluation, diversified: Evaluation) -> list[Pick]:
    """The queries to show, in order; fewer when there are not enough.

    Args:
        queries: the test queries.
        relevance: the answers at diversity 0, measured.
        diversified: those at the server's default.
    """
    ambiguous = [query for query in queries if query.open]
    unambiguous = [query for query in queries if not query.open]
    before, after = relevance.values("ndcg"), diversified.values("ndcg")
    varied_before, varied_after = relevance.values("alpha_ndcg"), diversified.values("alpha_ndcg")

    def gained(query: Query) -> float:
        return varied_after[query.id] - varied_before[query.id]

    def lost(query: Query) -> float:
        return before[query.id] - after[query.id]

    instructive = sorted(ambiguous, key=lambda q: (lost(q) > _MOST_LOST, -gained(q), q.id))
    picks = [Pick(query, _left_open(query)) for query in in_turn(instructive, NUM_AMBIGUOUS)]
    clear = sorted(unambiguous, key=lambda q: (abs(lost(q)) > 1e-9, -before[q.id], q.id))
    picks += [Pick(query, "Unambiguous", "The shopper said what it should be, so little should change") for query in clear[:1]]
    shown = {picked.query.id for picked in picks}
    hurt = max((query for query in queries if query.id not in shown), key=lost, default=None)
    if hurt is not None and lost(hurt) > 0:
        told = f"Where diversity hurt most: ndcg@10 {before[hurt.id]:.2f} becomes {after[hurt.id]:.2f}"
        picks.append(Pick(hurt, _left_open(hurt), told))
    return picks


def in_turn(queries: Iterable[Query], count: int) -> list[Query]:
    """At most ``count`` queries, the best of each main open facet in turn, so that one facet does not fill the page."""
    waiting: dict[str, list[Query]] = {}
    for query in queries:
        waiting.setdefault(query.open[0], []).append(query)
    taken: list[Query] = []
    while waiting and len(taken) < count:
        for facet in list(waiting):
            taken.append(waiting[facet].pop(0))
            if not waiting[facet]:
                del waiting[facet]
    return taken[:count]


def _left_open(query: Query) -> str:
    if not query.open:
        return "Unambiguous"
    facets = query.open[0] if len(query.open) == 1 else f"{', '.join(query.open[:-1])} and {query.open[-1]}"
    return f"Ambiguous: leaves {facets} open"
