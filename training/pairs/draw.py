"""Draws a pair file from a catalogue and its frozen protocol, so that the experiment needs nobody's private data.

Queries are those of training's own grammar, from products of the protocol's training split and without its reserved
combinations and test words: the frozen dev and test queries stay unseen. No wish is drawn twice, not in other words and not with
another budget, so that no part of the file asks for what another part does. A share of the queries names a budget ("under 30"),
where the catalogue has prices: then a product that is right but too dear is a wrong answer, which only its price tells.

Each query gets up to two relevant products (grade 2 or 3), and twice as many others: near misses first (too dear; of the same
type with another colour, brand ...), then products that have nothing to do with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.catalogue.facets import FacetTable
from assortment.catalogue.product import Product
from assortment.protocol.grades import SATISFYING_GRADE, Wish
from training.pairs.file import Pair
from training.queries import Allows, QueryGrammar, grades

_RELEVANT_A_QUERY: Final = 2
_NEAR_MISSES: Final = 2
_OTHERS: Final = 2
_BUDGET_SHARE: Final = 0.35
_MISSPELT: Final = 0.05
_AMOUNTS: Final = np.array([5, 10, 20, 30, 50, 100, 200, 500, 1000])
_BUDGETS: Final = ("under {}", "below {}", "up to {}", "for less than {}", "cheaper than {}")
_MISSES_IN_A_ROW: Final = 300  # before a catalogue is taken to have no further wishes

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidates:
    """Catalogue rows by how they answer one query."""

    relevant: Rows
    too_dear: Rows
    near: Rows
    others: Rows


class PairDrawer:
    """Draws queries with their pairs. The same seed gives the same pairs."""

    def __init__(self, products: Sequence[Product], train_rows: Sequence[int], allows: Allows, *, seed: int) -> None:
        self._products = products
        self._rows: Rows = np.asarray(train_rows, dtype=np.int64)
        self._table = FacetTable.from_products(products)
        self._price = np.array([np.nan if products[row].price is None else products[row].price for row in self._rows])
        self._grammar = QueryGrammar(products, train_rows, allows, image_fraction=0.0, shares={"misspelt": _MISSPELT})
        self._generator = np.random.default_rng([seed, 2])
        self._asked: set[object] = set()
        self.wishes: dict[str, tuple[Wish, ...]] = {}
        """Each query drawn so far to what it may ask for, the likeliest first."""
        self.num_budgets = 0
        """Queries drawn so far that name a budget."""

    @property
    def num_queries(self) -> int:
        """Queries drawn so far."""
        return len(self.wishes)

    def draw(self, number: int) -> list[Pair]:
        """``number`` pairs in random order, fewer when the catalogue has no further wishes."""
        pairs: list[Pair] = []
        misses = 0
        while len(pairs) < number and misses < _MISSES_IN_A_ROW:
            drawn = self._query()
            misses = 0 if drawn else misses + 1
            pairs += drawn
        chosen = [pairs[i] for i in self._generator.permutation(min(number, len(pairs)))]
        return [
            Pair(line=line, label=pair.label, query=pair.query, desc=pair.desc, price=pair.price)
            for line, pair in enumerate(chosen, start=2)
        ]

    def _query(self) -> list[Pair]:
        """The pairs of one query; none when what it may ask for was drawn before or nothing is relevant."""
        query = self._grammar.draw(self._generator)
        graded = grades(query, self._table)[self._rows]
        budget = self._budget(graded)
        meanings = (query.wish, *query.further)
        keys = {query.text.casefold(), *(tuple(sorted(wish.items())) for wish in meanings)}
        if keys & self._asked:
            return []
        found = self._candidates(graded, budget)
        if not len(found.relevant):
            return []
        self._asked |= keys
        self.num_budgets += budget is not None
        amount = "" if budget is None else " " + str(self._generator.choice(_BUDGETS)).format(budget)
        self.wishes[query.text + amount] = meanings
        relevant = self._some(found.relevant, _RELEVANT_A_QUERY)
        dear = self._some(found.too_dear, _NEAR_MISSES)
        near = self._some(found.near, max(1, _NEAR_MISSES - len(dear)))
        others = self._some(found.others, _NEAR_MISSES + _OTHERS - len(dear) - len(near))
        answers = [(row, 1.0) for row in relevant] + [(row, 0.0) for row in (*dear, *near, *others)]
        return [self._pair(query.text + amount, row, label) for row, label in answers]

    def _budget(self, grades: npt.NDArray[np.int8]) -> int | None:
        """A round amount that some fitting products stay under and others do not, now and then."""
        if self._generator.random() >= _BUDGET_SHARE:
            return None
        prices = self._price[(grades >= SATISFYING_GRADE) & ~np.isnan(self._price)]
        if not len(prices):
            return None
        amounts = _AMOUNTS[(prices.min() <= _AMOUNTS) & (prices.max() > _AMOUNTS)]
        return int(self._generator.choice(amounts)) if len(amounts) else None

    def _candidates(self, grades: npt.NDArray[np.int8], budget: int | None) -> _Candidates:
        fits = grades >= SATISFYING_GRADE
        affordable = np.ones_like(fits) if budget is None else self._price <= budget  # no price: neither affordable nor too dear
        too_dear = np.zeros_like(fits) if budget is None else self._price > budget
        return _Candidates(
            relevant=self._rows[fits & affordable],
            too_dear=self._rows[fits & too_dear],
            near=self._rows[grades == 1],
            others=self._rows[grades == 0],
        )

    def _some(self, rows: Rows, number: int) -> list[int]:
        return [int(row) for row in self._generator.choice(rows, size=min(number, len(rows)), replace=False)] if len(rows) else []

    def _pair(self, query: str, row: int, label: float) -> Pair:
        product = self._products[row]
        desc = ". ".join(part for part in (product.title, product.description) if part)
        return Pair(line=0, label=label, query=query, desc=desc, price=product.price)
