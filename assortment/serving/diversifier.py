"""``diversifier``: from scored rows to the k products to show, and why each stands where it stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from assortment.diversify import STRATEGIES, Selection, diversify, warm_up
from assortment.errors import CatalogueChangingError, InputError
from assortment.serving import sorting
from assortment.serving.catalogue_tables import Catalogues, ProductTable
from assortment.serving.open_facets import OpenFacets
from assortment.serving.page_candidates import PageCandidates
from assortment.serving.page_rules import RELEVANCE, PageRules
from assortment.serving.scored_rows import ScoredRows
from assortment.serving.step import Outcome, Tensors, strings
from assortment_client import contract as public
from assortment_client.contract import Reason


class DiversifierStep:
    """Rows of one catalogue version to an answer of products of the same version."""

    def __init__(self, catalogues: Catalogues) -> None:
        """Takes the tables, and compiles the engine, so that no request waits for it."""
        self._catalogues = catalogues
        warm_up()

    def run(self, batch: Sequence[Tensors]) -> list[Outcome]:
        """See ``Step.run``."""
        outcomes: list[Outcome] = []
        for tensors in batch:
            try:
                outcomes.append(_answer(tensors, self._table(tensors)))
            except (CatalogueChangingError, InputError) as error:
                outcomes.append(error)
        return outcomes

    def _table(self, tensors: Tensors) -> ProductTable:
        """The tables of the version that a request was scored against, which has to be the one it was filtered by."""
        scored, filtered = int(tensors["CATALOGUE_VERSION"][0, 0]), int(tensors["ALLOW_VERSION"][0, 0])
        if filtered not in (0, scored):
            raise CatalogueChangingError(
                f"catalogue changing: the filters were resolved against version {filtered}, the answer was scored against "
                f"version {scored}; try again"
            )
        return self._catalogues.version(scored)


def _answer(tensors: Tensors, table: ProductTable) -> Tensors:
    """Chooses one request's page from its rows, which come best first and may end in -1."""
    rules = PageRules.of(tensors["RULES"][0, 0])
    scored = ScoredRows.of(tensors, table, rules)
    candidates = PageCandidates.of(table, scored.rows, scored.relevance, rules)
    k = int(tensors["OPTIONS"][0, 0])
    beside_the_best = _beside_the_best(candidates.relevance)
    num_shown = candidates.num_shown
    facets = OpenFacets(
        table, candidates.rows, beside_the_best, tensors["OPEN"][0], num_shown=num_shown, price_named=rules.about_price
    )
    sorted_page = rules.sort != RELEVANCE
    if sorted_page:
        selection = _sort(table, candidates, rules, k)
    else:
        selection = _select(tensors, table, candidates, rules, beside_the_best, facets)
    chosen = selection.indices
    shown = candidates.rows[:num_shown]
    return {
        "ID": strings(table.ids[candidates.rows[chosen]].tolist()),
        "RELEVANCE": candidates.relevance[np.newaxis, chosen],
        "RANK": candidates.ranks[np.newaxis, chosen],
        "REASON": _reasons(candidates, chosen, k, sorted_page=sorted_page)[np.newaxis],
        "COLLAPSED": candidates.collapsed[np.newaxis, chosen],
        "OPENS": strings(facets.opened(shown, candidates.rows[chosen])),
        "UNMET": strings([_unmet(selection, table, scored, candidates, rules, k).encode()]),
        "UNDERSTOOD": strings([rules.understood.encode()]),
        "CATALOGUE_VERSION": tensors["CATALOGUE_VERSION"],
        # For the metrics alone; no model has these outputs.
        "STRENGTH": np.array([[selection.diversity]]),
        "NUM_SCORED": np.array([[len(scored.scored)]]),
        "NUM_CANDIDATES": np.array([[len(candidates.rows) - num_shown]]),
    }


def _select(
    tensors: Tensors,
    table: ProductTable,
    candidates: PageCandidates,
    rules: PageRules,
    relevance: npt.NDArray[np.float64],
    facets: OpenFacets,
) -> Selection:
    k, diversity, strategy, max_loss = tensors["OPTIONS"][0].tolist()
    name = table.default_strategy if strategy < 0 else public.STRATEGIES[int(strategy)]
    budgeted = not math.isnan(max_loss)
    if not budgeted and math.isnan(diversity):
        diversity = table.default_diversity
    return _chosen(
        candidates,
        table,
        relevance,
        int(k),
        strategy=name,
        diversity=None if budgeted else diversity,
        max_relevance_loss=max_loss if budgeted else None,
        groups=facets.groups() if STRATEGIES[name].needs_groups else None,
        intents=facets.intents() if STRATEGIES[name].needs_intents else None,
        facets=facets.facets() if STRATEGIES[name].needs_facets else None,
        constraints=candidates.constraints(table, rules),
    )


def _sort(table: ProductTable, candidates: PageCandidates, rules: PageRules, k: int) -> Selection:
    """The page in the order asked for: no diversity, the same constraints."""
    places = sorting.scores(rules.sort, table.filters.offers, candidates.rows, candidates.relevance)
    return _chosen(candidates, table, places, k, diversity=0.0, constraints=candidates.constraints(table, rules))


def _chosen(
    candidates: PageCandidates, table: ProductTable, relevance: npt.NDArray[np.float64], k: int, **asked: Any
) -> Selection:
    """``diversify`` over the candidates; an error of its own positions is told in the caller's words."""
    try:
        return diversify(table.vectors[candidates.rows], relevance, k, **asked)
    except InputError as error:
        if error.field == "pinned":  # a position among candidates there, a product of the caller's here
            raise InputError(f"{public.RULES}.pinned", f"{candidates.num_pinned} products", error.allowed) from None
        raise


def _unmet(
    selection: Selection, table: ProductTable, scored: ScoredRows, candidates: PageCandidates, rules: PageRules, k: int
) -> str:
    """Which rules left the page short: filters, then the caps, as the engine tells, or what became of the candidates."""
    num = len(selection)
    if num >= k:
        return ""
    by_caps = selection.unmet.partition(": ")[2] if rules.caps else ""
    told = [*scored.why_few(table, rules), *([by_caps] if by_caps else candidates.what_is_missing())]
    return f"{num} of {k}: {', '.join(told)}" if told else ""


def _reasons(candidates: PageCandidates, chosen: npt.NDArray[np.int64], k: int, *, sorted_page: bool) -> npt.NDArray[np.int32]:
    """Pinned; or sorted; or among those that would follow by relevance alone; or brought in by diversity."""
    first = candidates.num_shown + candidates.num_pinned
    by_relevance = chosen < first + k - candidates.num_pinned
    reasons = np.where(by_relevance, int(Reason.RELEVANCE), int(Reason.DIVERSITY))
    if sorted_page:
        reasons = np.full(len(chosen), int(Reason.SORTED))
    return np.where(chosen < first, int(Reason.PINNED), reasons).astype(np.int32)


def _beside_the_best(relevance: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Relevance as a share of the best one's, (n,) for (n,).

    A query that nothing answers surely has low relevance everywhere, and a strength that suits a sure query would reorder all of
    its answers: beside the best, a strength costs about the same share of relevance for either.
    """
    best = float(relevance.max(initial=0.0))
    return relevance.astype(np.float64) / best if best > 0.0 else relevance.astype(np.float64)
