"""Turns the wishes of one split into queries with judgments: drafted, worded, judged over the whole catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from assortment.catalogue.facets import FacetTable
from assortment.catalogue.product import Product
from assortment.protocol.grades import SATISFYING_GRADE
from assortment.protocol.grammar import word_query
from assortment.protocol.lexicon import fold
from assortment.protocol.store import SCHEMA, Query
from assortment.protocol.wishes import OPEN_FACETS, Draft, Kind, WishDrafter, seed_order

_SEEDS_A_QUERY: Final = 2000  # seed products tried in a row before a kind of query is given up
_WORDINGS: Final = 10  # wordings tried before a wish is given up


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query and the draft that it words."""

    query: Query
    draft: Draft


def ask(drafter: WishDrafter, products: Sequence[Product], rows: Sequence[int], number: int, texts: set[str]) -> list[Asked]:
    """Up to ``number`` queries of the drafter's split from seed products among ``rows``.

    ``texts`` holds the texts of the protocol so far, and gets the new ones: each is used once. Wishes that do not get a text
    are counted in ``drafter.rejected``.
    """
    asked: list[Asked] = []
    for draft in _draft(drafter, rows, number):
        tried = (word_query(draft.wish, drafter.split, drafter.random) for _ in range(_WORDINGS))
        text = next((text for text in tried if text not in texts and not _stutters(text)), None)
        if text is None:
            drafter.rejected["every wording was taken or said a word twice"] += 1
            continue
        texts.add(text)
        query = Query(
            id=f"{drafter.split}-{len(asked) + 1:04d}",
            split=drafter.split,
            kind=draft.kind,
            open=draft.open,
            query=text,
            wish=draft.wish,
            seed_product=products[draft.seed_row].id,
        )
        asked.append(Asked(query=query, draft=draft))
    return asked


def _stutters(text: str) -> bool:
    """Whether a text says a word twice, as "cd cds"."""
    said = fold(text)
    return len(set(said)) < len(said)


def judge(asked: Asked, products: Sequence[Product], table: FacetTable) -> pa.Table:
    """The judgments of one query: every product above grade 0, best first; answers get their subtopic."""
    grades = asked.draft.grades
    graded = np.flatnonzero(grades)
    rows = graded[np.argsort(-grades[graded], kind="stable")].tolist()
    columns = {
        "query": [asked.query.id] * len(rows),
        "id": [products[row].id for row in rows],
        "grade": grades[rows],
        "subtopic": [_subtopic(asked.query, row, table) if grades[row] >= SATISFYING_GRADE else "" for row in rows],
    }
    return pa.table(columns, schema=SCHEMA)


def _draft(drafter: WishDrafter, rows: Sequence[int], number: int) -> list[Draft]:
    """Half of the wishes are unambiguous; the ambiguous ones are spread over the facets that they may leave open."""
    drafts: list[Draft] = []
    drawn = {facet: 0 for facet in OPEN_FACETS if len(drafter.table.values(facet)) > 1}  # those that still give wishes
    while len(drafts) < number // 2 and (draft := _draw(drafter, "unambiguous", "", rows)):
        drafts.append(draft)
    while len(drafts) < number and drawn:
        main_open = min(drawn, key=lambda facet: drawn[facet])
        if draft := _draw(drafter, "ambiguous", main_open, rows):
            drafts.append(draft)
            drawn[main_open] += 1
        else:
            del drawn[main_open]
    return drafts


def _draw(drafter: WishDrafter, kind: Kind, main_open: str, rows: Sequence[int]) -> Draft | None:
    """The first wish that passes, None when many seed products in a row gave none."""
    seeds = seed_order(drafter.table, rows, drafter.random, _SEEDS_A_QUERY) if rows else []
    return next((draft for row in seeds if (draft := drafter.draft(kind, main_open, row))), None)


def _subtopic(query: Query, row: int, table: FacetTable) -> str:
    """An ambiguous query's subtopics are the values of its main open facet; an unambiguous one has one, its wish."""
    return table.value(query.open[0], row) if query.open else ", ".join(query.wish.values())
