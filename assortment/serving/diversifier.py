"""``diversifier``: from scored rows to the k products to show, and why each stands where it stands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assortment.diversify import STRATEGIES, Selection, diversify, warm_up
from assortment.errors import CatalogueChangingError, InputError
from assortment.serving.catalogue_tables import Catalogues, ProductTable
from assortment.serving.open_facets import OpenFacets
from assortment.serving.page_candidates import PageCandidates
from assortment.serving.page_rules import PageRules
from assortment.serving.step import Outcome, Tensors, strings
from assortment_client import contract as public
from assortment_client.contract import Reason


class DiversifierStep:
    """Rows of one catalogue version to an answer of products of the same version."""

    def __init__(self, catalogues: Path) -> None:
        """Opens the newest versions under ``catalogues``, and compiles the engine, so that no request waits for it."""
        self._catalogues = Catalogues(catalogues)
        warm_up()

    def run(self, batch: Sequence[Tensors]) -> list[Outcome]:
        """See ``Step.run``."""
        outcomes: list[Outcome] = []
        for tensors in batch:
            try:
                outcomes.append(_answer(tensors, self._catalogues.version(int(tensors["CATALOGUE_VERSION"][0, 0]))))
            except (CatalogueChangingError, InputError) as error:
                outcomes.append(error)
        return outcomes


def _answer(tensors: Tensors, table: ProductTable) -> Tensors:
    """Diversifies one request's rows, which come best first and may end in -1."""
    num_rows = int(np.count_nonzero(tensors["ROW"][0] >= 0))
    rows, relevance = tensors["ROW"][0, :num_rows], tensors["RELEVANCE"][0, :num_rows]
    rules = PageRules.of(tensors["RULES"][0, 0])
    candidates = PageCandidates.of(table, rows, relevance, rules)
    k = int(tensors["OPTIONS"][0, 0])
    beside_the_best = _beside_the_best(candidates.relevance)
    facets = OpenFacets(table, candidates.rows, beside_the_best)
    selection = _select(tensors, table, candidates, rules, beside_the_best, facets)
    chosen = selection.indices
    shown = candidates.rows[: candidates.num_shown]
    return {
        "ID": strings(table.ids[candidates.rows[chosen]].tolist()),
        "RELEVANCE": candidates.relevance[np.newaxis, chosen],
        "RANK": candidates.ranks[np.newaxis, chosen],
        "REASON": _reasons(candidates, chosen, k)[np.newaxis],
        "COLLAPSED": candidates.collapsed[np.newaxis, chosen],
        "OPENS": strings(facets.opened(shown, candidates.rows[chosen])),
        "UNMET": strings([_unmet(selection, candidates, rules, k).encode()]),
        "CATALOGUE_VERSION": tensors["CATALOGUE_VERSION"],
        # For the metrics alone; no model has these outputs.
        "STRENGTH": np.array([[selection.diversity]]),
        "NUM_CANDIDATES": np.array([[len(candidates.rows)]]),
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
    try:
        return diversify(
            table.vectors[candidates.rows],
            relevance,
            int(k),
            strategy=name,
            diversity=None if budgeted else diversity,
            max_relevance_loss=max_loss if budgeted else None,
            groups=facets.groups() if STRATEGIES[name].needs_groups else None,
            intents=facets.intents() if STRATEGIES[name].needs_intents else None,
            constraints=candidates.constraints(table, rules),
        )
    except InputError as error:
        if error.field == "pinned":  # a position among candidates there, a product of the caller's here
            raise InputError(f"{public.RULES}.pinned", f"{candidates.num_pinned} products", error.allowed) from None
        raise


def _unmet(selection: Selection, candidates: PageCandidates, rules: PageRules, k: int) -> str:
    """Which rules left the page short: the caps, as the engine tells, or what became of the candidates before it chose."""
    if rules.caps and selection.unmet:
        return selection.unmet
    return candidates.why_short(k, len(selection))


def _reasons(candidates: PageCandidates, chosen: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.int32]:
    """Pinned; or among those that would follow by relevance alone; or brought in by diversity."""
    first = candidates.num_shown + candidates.num_pinned
    by_relevance = chosen < first + k - candidates.num_pinned
    reasons = np.where(by_relevance, int(Reason.RELEVANCE), int(Reason.DIVERSITY))
    return np.where(chosen < first, int(Reason.PINNED), reasons).astype(np.int32)


def _beside_the_best(relevance: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Relevance as a share of the best one's, (n,) for (n,).

    A query that nothing answers surely has low relevance everywhere, and a strength that suits a sure query would reorder all of
    its answers: beside the best, a strength costs about the same share of relevance for either.
    """
    best = float(relevance.max(initial=0.0))
    return relevance.astype(np.float64) / best if best > 0.0 else relevance.astype(np.float64)
