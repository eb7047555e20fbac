"""Drafts wishes: what a test shopper names and what she leaves open, drawn from a seed product.

An *unambiguous* wish names the type and two or three further facets. An *ambiguous* one leaves open in which department,
type, colour, brand or gender its answers lie: it names the type and at most one more facet, or one to three but no type. Its
subtopics are the values of its main open facet among the answers.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from assortment.catalogue.facets import FacetTable, Mask
from assortment.protocol.grades import EVERYBODY, MAX_GRADE, SATISFYING_GRADE, Grades, grade_products
from assortment.protocol.splits import CombinationRule, Split

Kind = Literal["unambiguous", "ambiguous"]

OPEN_FACETS: Final = ("type", "colour", "brand", "gender", "department")
"""What an ambiguous query may leave open."""
NEVER_NAMED: Final = frozenset({"department", "season", "year", "size"})
"""Shoppers name the type, not its department; season and year tell of a collection; a size is chosen on the product's page."""
WIDEST_VALUE: Final = 0.5
"""A value that a larger share of the products has tells nothing (usage Casual), so nobody is made to ask for it."""
LONG_LIST: Final = 2
"""Commas in a value that make it a list nobody would say ("all-weather, cool, indoor, spring")."""
MIN_ANSWERS: Final = 5  # products of grade 3; down to 3 in catalogues of less than 5,000
MAX_ANSWERS: Final = 0.05  # of the catalogue; more would make any list look good
MIN_SUBTOPICS: Final = 3
MAX_SUBTOPICS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A wish that passed every check, with its judgments."""

    kind: Kind
    wish: Mapping[str, str]
    open: tuple[str, ...]
    """The facets left open, the main one first; empty for an unambiguous wish."""
    seed_row: int
    """The product that the wish was drawn from."""
    grades: Grades
    """(N,) int8."""


@dataclass(kw_only=True)
class WishDrafter:
    """Draws wishes for one split, and counts those that it rejects by reason."""

    table: FacetTable
    rule: CombinationRule
    split: Split
    random: random.Random
    rejected: Counter[str] = field(default_factory=Counter)
    _asked: set[tuple[tuple[str, str], ...]] = field(default_factory=set)
    _telling: dict[str, Mask] = field(init=False)

    def __post_init__(self) -> None:
        self._telling = {facet: _telling(facet, self.table) for facet in self.table.facets if facet not in NEVER_NAMED}

    def draft(self, kind: Kind, main_open: str, seed_row: int) -> Draft | None:
        """A wish of a kind from a seed product, or None with the reason counted. ``main_open`` matters to ambiguous ones only."""
        wish = self._named(kind, main_open, self._askable(seed_row))
        if reason := self._refuses_wish(wish):
            self.rejected[reason] += 1
            return None
        grades = grade_products(wish, self.table)
        choices = {facet: self._num_choices(facet, grades) for facet in OPEN_FACETS if facet not in wish}
        if reason := self._refuses_answers(grades, choices[main_open] if kind == "ambiguous" else None):
            self.rejected[reason] += 1
            return None
        self._asked.add(tuple(sorted(wish.items())))
        others = (facet for facet, number in choices.items() if facet != main_open and number > 1)
        return Draft(
            kind=kind,
            wish=wish,
            open=(main_open, *others) if kind == "ambiguous" else (),
            seed_row=seed_row,
            grades=grades,
        )

    def _refuses_wish(self, wish: Mapping[str, str]) -> str:
        """Why a wish cannot be asked, empty when it can."""
        if not wish:
            return "the seed product has too few facets to name"
        if self.rule.split(wish) != self.split:
            return f"no combination in it is reserved for {self.split}"
        return "asked already" if tuple(sorted(wish.items())) in self._asked else ""

    def _refuses_answers(self, grades: Grades, num_subtopics: int | None) -> str:
        """Why a wish is not worth asking, empty when it is. ``num_subtopics`` is None for an unambiguous wish."""
        answers = int((grades == MAX_GRADE).sum())
        fewest = max(3, min(MIN_ANSWERS, len(self.table) // 1000))
        if answers < fewest:
            return f"fewer than {fewest} products of grade {MAX_GRADE}"
        if answers > MAX_ANSWERS * len(self.table):
            return f"more than {MAX_ANSWERS:.0%} of the catalogue has grade {MAX_GRADE}"
        if num_subtopics is not None and num_subtopics < MIN_SUBTOPICS:
            return f"fewer than {MIN_SUBTOPICS} subtopics"
        return f"more than {MAX_SUBTOPICS} subtopics" if num_subtopics is not None and num_subtopics > MAX_SUBTOPICS else ""

    def _named(self, kind: Kind, main_open: str, askable: Mapping[str, str]) -> dict[str, str]:
        """Draws which of the seed product's facets are named; none when it has too few."""
        further = [facet for facet in askable if facet not in ("type", main_open if kind == "ambiguous" else "")]
        with_type = kind == "unambiguous" or main_open not in ("type", "department")
        if with_type and "type" not in askable:
            return {}
        fewest, most = {("unambiguous", True): (2, 3), ("ambiguous", True): (0, 1), ("ambiguous", False): (1, 3)}[kind, with_type]
        if len(further) < fewest:
            return {}
        chosen = self.random.sample(further, self.random.randint(fewest, min(most, len(further))))
        return {facet: askable[facet] for facet in (*(["type"] if with_type else []), *chosen)}

    def _askable(self, row: int) -> dict[str, str]:
        """What a shopper who has this product in mind may ask for."""
        return {
            facet: self.table.value(facet, row)
            for facet, tells in self._telling.items()
            if tells[self.table.column(facet).codes[row]]
        }

    def _num_choices(self, facet: str, grades: Grades) -> int:
        codes = self.table.column(facet).codes[grades >= SATISFYING_GRADE]
        return len(np.unique(codes[codes >= 0]))


def _telling(facet: str, table: FacetTable) -> Mask:
    """(V + 1,) which values of a facet tell something; the last is for products that do not have it."""
    column = table.column(facet)
    rare = column.shares() <= (1.0 if facet == "gender" else WIDEST_VALUE)
    asked_for = [value.lower() not in EVERYBODY and value.count(",") < LONG_LIST for value in column.values]
    return np.append(rare & np.array(asked_for, dtype=np.bool_), False)


def seed_order(table: FacetTable, rows: Sequence[int], generator: random.Random, number: int) -> list[int]:
    """Draws ``number`` seed rows, types weighted by the root of their size so that large ones do not crowd out the small."""
    codes = table.column("type").codes[np.asarray(rows, dtype=np.int64)]
    counts = Counter(codes.tolist())
    return generator.choices(rows, weights=[counts[code] ** -0.5 for code in codes.tolist()], k=number)
