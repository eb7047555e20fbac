"""The products that a page is chosen from, once its rules are applied: who is out, who stands first, who stands for others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assortment.diversify import Cap, Constraints, collapse
from assortment.errors import InputError
from assortment.serving.catalogue_tables import ProductTable
from assortment.serving.facet import Facet
from assortment.serving.filters import fold, named, names_told
from assortment.serving.page_rules import PageRules
from assortment_client import contract as public

Rows = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCandidates:
    """What the diversifier chooses from: products of earlier pages, then pinned ones, then all others, best first."""

    rows: Rows
    """(n,) of the catalogue."""
    relevance: npt.NDArray[np.float32]
    """(n,) 0 where a product was not scored."""
    ranks: npt.NDArray[np.int32]
    """(n,) place by relevance among all that were scored, from 1; 0 where a product was not."""
    collapsed: npt.NDArray[np.int32]
    """(n,) how many others each stands for."""
    num_shown: int
    num_pinned: int
    num_excluded: int
    """Scored products that the caller excluded."""

    @classmethod
    def of(cls, table: ProductTable, rows: Rows, relevance: npt.NDArray[np.float32], rules: PageRules) -> PageCandidates:
        """Applies the rules to scored rows, which come best first.

        Raises:
            InputError: when a pinned product is not in the catalogue. Excluded ones and those of earlier pages may be gone.
        """
        shown, pinned, excluded = (_rows(table, getattr(rules, name)) for name in ("shown", "pinned", "excluded"))
        if len(pinned) < len(rules.pinned):
            raise _unknown_pin(table, rules)
        pinned = pinned[~_among(pinned, shown)]
        first = np.concatenate([shown, pinned])
        out = _among(rows, excluded)
        free = np.flatnonzero(~out & ~_among(rows, first))
        every = np.concatenate([first, rows[free]])
        place = {row: at for at, row in enumerate(rows.tolist())} if len(first) else {}
        at = np.concatenate([np.array([place.get(row, -1) for row in first.tolist()], dtype=np.int64), free])
        scores = np.where(at >= 0, relevance[at], np.float32(0.0)) if len(relevance) else np.zeros(len(at), dtype=np.float32)
        found = cls(
            rows=every,
            relevance=scores.astype(np.float32),
            ranks=(at + 1).astype(np.int32),
            collapsed=np.zeros(len(every), dtype=np.int32),
            num_shown=len(shown),
            num_pinned=len(pinned),
            num_excluded=int(out.sum()),
        )
        return found._collapsed(table, rules) if rules.collapse or rules.near_duplicate is not None else found

    def constraints(self, table: ProductTable, rules: PageRules) -> Constraints | None:
        """What the engine has to keep to.

        Raises:
            InputError: when a cap is on a facet that the catalogue does not have.
        """
        if not (self.num_shown or self.num_pinned or rules.caps):
            return None
        return Constraints(
            caps=[Cap(name=name, groups=_facet(table, name).codes[self.rows], most=most) for name, most in rules.caps.items()],
            shown=range(self.num_shown),
            pinned=range(self.num_shown, self.num_shown + self.num_pinned),
        )

    def _collapsed(self, table: ProductTable, rules: PageRules) -> PageCandidates:
        first = self.num_shown + self.num_pinned
        left = collapse(
            table.vectors[self.rows] if rules.near_duplicate is not None else np.empty((0, 0), dtype=np.float32),
            self.relevance,
            groups=(table.variant_groups[self.rows], table.titles[self.rows]) if rules.collapse else (),
            threshold=rules.near_duplicate,
            first=first,
        )
        return PageCandidates(
            rows=self.rows[left.kept],
            relevance=self.relevance[left.kept],
            ranks=self.ranks[left.kept],
            collapsed=left.counts,
            num_shown=self.num_shown,
            num_pinned=self.num_pinned,
            num_excluded=self.num_excluded,
        )

    def what_is_missing(self) -> list[str]:
        """What the rules took from the scored products, for a page that is short."""
        taken = {
            "excluded": self.num_excluded,
            "on earlier pages": self.num_shown,
            "collapsed into others": int(self.collapsed.sum()),
        }
        return [f"{num} {what}" for what, num in taken.items() if num]


def _among(rows: Rows, others: Rows) -> npt.NDArray[np.bool_]:
    """(n,) which of ``rows`` are among ``others``: of most pages there are none, and NumPy takes its time to find that out."""
    return np.isin(rows, others) if len(others) else np.zeros(len(rows), dtype=np.bool_)


def _rows(table: ProductTable, ids: tuple[str, ...]) -> Rows:
    """The rows of those products that the catalogue has."""
    if not ids:
        return np.empty(0, dtype=np.int32)
    rows, known = table.keys.find(np.array([public.candidate_key(product_id) for product_id in ids], dtype=np.int64))
    return rows[known]


def _facet(table: ProductTable, name: str) -> Facet:
    """The facet that a caller calls ``name``, spelled as filters may be."""
    if name in table.facets:
        return table.facets[name]
    found = named(name, {fold(facet): codes for facet, codes in table.facets.items()})
    if found is None:
        allowed = f"allowed: a facet of this catalogue: {names_told(table.facets, like=name)}"
        raise InputError(f"{public.RULES}.caps", name, allowed)
    return found


def _unknown_pin(table: ProductTable, rules: PageRules) -> InputError:
    place = next(place for place, product_id in enumerate(rules.pinned) if not len(_rows(table, (product_id,))))
    told = f"it is not in catalogue version {table.version}; allowed: ids of products of this catalogue"
    return InputError(f"{public.RULES}.pinned[{place}]", rules.pinned[place], told)
