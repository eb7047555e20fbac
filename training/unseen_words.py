"""Validation queries in words that the encoder was never trained on: the synonyms that are kept from it.

Dev tells how well training learned what it was shown. Shoppers use other words, and an encoder that learned its lexicon by
heart understands them less than the one it started from. These queries tell; nothing of the test is in them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch

from assortment.catalogue.facets import FacetTable
from assortment.protocol.grades import MAX_GRADE
from assortment.protocol.store import Query
from assortment.text import TextTokenizer, pad
from training.dev_ranking import QuerySet
from training.queries import QueryGrammar, grades

_NUM_QUERIES: Final = 200
_MAX_DRAWS: Final = 20 * _NUM_QUERIES
_MIN_ANSWERS: Final = 5
_WIDEST: Final = 0.05  # of the catalogue; more answers would make any ranking look good


def unseen_word_queries(
    grammar: QueryGrammar, table: FacetTable, product_ids: list[str], tokenizer: TextTokenizer, *, seed: int
) -> QuerySet | None:
    """Queries of ``grammar`` (which speaks in the scorer's synonyms only), judged over the whole catalogue.

    None when the lexicon has no synonyms for this catalogue.
    """
    generator = np.random.default_rng([seed, 4])
    queries: list[Query] = []
    judgments: dict[str, dict[str, int]] = {}
    for _ in range(_MAX_DRAWS):
        drawn = grammar.draw(generator)
        if len(drawn.wish) < 2 or not grammar.says_synonyms(drawn.wish):
            continue
        derived = grades(drawn, table)
        if not _MIN_ANSWERS <= int((derived == MAX_GRADE).sum()) <= max(_MIN_ANSWERS, _WIDEST * len(table)):
            continue
        name = f"unseen-{len(queries):03}"
        queries.append(
            Query(id=name, split="dev", kind="unambiguous", open=(), query=drawn.text, wish=drawn.wish, seed_product="")
        )
        judgments[name] = {product_ids[row]: int(derived[row]) for row in np.flatnonzero(derived)}
        if len(queries) == _NUM_QUERIES:
            break
    if not queries:
        return None
    ids, mask = pad(tokenizer.encode_batch([query.query for query in queries]))
    return QuerySet(queries, judgments, {}, product_ids, torch.from_numpy(ids), torch.from_numpy(mask))
