"""What was scored, once filters and the limit of a sorted page are applied: what a page may be made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assortment.contract import NUM_SCORED
from assortment.serving import sorting
from assortment.serving.catalogue_tables import ProductTable
from assortment.serving.facet_values import Rows
from assortment.serving.filter_reasons import why_few
from assortment.serving.page_rules import RELEVANCE, PageRules
from assortment.serving.step import Tensors
from assortment.serving.words_as_they_stand import together, weighed


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredRows:
    """Rows of one catalogue version with their relevance, best first."""

    rows: Rows
    """(n,)"""
    relevance: npt.NDArray[np.float32]
    """(n,)"""
    num_weak: int
    """Rows that are not relevant enough for a sorted page."""
    scored: Rows
    """All that were scored, the ones left out too."""
    filtered_before: bool
    """Whether the scorer looked at filtered products only; otherwise the filters take from ``scored``."""

    @classmethod
    def of(cls, tensors: Tensors, table: ProductTable, rules: PageRules) -> ScoredRows:
        """The rows of one request, whose ROW may end in -1.

        Filters are applied to what the scorer filtered already, too: it is cheap, and given candidates come unfiltered.

        Raises:
            InputError: when the catalogue does not have what is filtered or sorted by.
        """
        num_rows = int(np.count_nonzero(tensors["ROW"][0] >= 0))
        scored, relevance = tensors["ROW"][0, :num_rows], tensors["RELEVANCE"][0, :num_rows]
        compares_words = bool(rules.said) and rules.sort == RELEVANCE
        found_by_words = compares_words and "WORD_RELEVANCE" in tensors  # beside given candidates are none
        if found_by_words:
            scored, relevance = together(scored, relevance, tensors["WORD_ROW"][0], tensors["WORD_RELEVANCE"][0])
        rows, num_weak = scored, 0
        if rules.filters:
            passing = table.filters.passing(rules.filters, rows)
            rows, relevance = rows[passing], relevance[passing]
        if compares_words:
            rows, relevance = weighed(table.words, rules.said, rows, relevance)
        if found_by_words:
            rows, relevance = rows[:NUM_SCORED], relevance[:NUM_SCORED]
        if rules.sort != RELEVANCE:
            sorting.check(rules.sort, table.filters.offers)
            num_wanted = int(tensors["OPTIONS"][0, 0]) + len(rules.shown) + len(rules.excluded)
            relevant = sorting.relevant(relevance, num_wanted)
            rows, relevance, num_weak = rows[relevant], relevance[relevant], int((~relevant).sum())
        return cls(
            rows=rows,
            relevance=relevance,
            num_weak=num_weak,
            scored=scored,
            filtered_before=bool(tensors["ALLOW_VERSION"][0, 0]),
        )

    def why_few(self, table: ProductTable, rules: PageRules) -> list[str]:
        """What filters and sorting took, for a short page."""
        told = []
        if rules.filters and self.filtered_before and len(self.scored) < NUM_SCORED:
            told.append(why_few(table.filters, rules.filters))
        elif rules.filters and not self.filtered_before:
            told.append(why_few(table.filters, rules.filters, self.scored))
        if self.num_weak:
            told.append(f"{self.num_weak} less than half as relevant as the best")
        return [part for part in told if part]
