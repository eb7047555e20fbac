"""What a page may be made of, with the rows that words found among it."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from assortment.contract import NUM_BY_WORDS, NUM_SCORED
from assortment.serving.page_rules import NO_RULES, PageRules
from assortment.serving.product_words import ProductWords
from assortment.serving.scored_rows import ScoredRows
from assortment_client.contract import MAX_SHOWN

NUM_ROWS = NUM_SCORED + NUM_BY_WORDS
TABLE: Any = SimpleNamespace(words=ProductWords.of(["kite" if row >= NUM_SCORED else "" for row in range(NUM_ROWS)]))


def tensors(**further: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "ROW": np.arange(NUM_SCORED, dtype=np.int32)[np.newaxis],
        "RELEVANCE": np.linspace(0.9, 0.1, NUM_SCORED, dtype=np.float32)[np.newaxis],
        "ALLOW_VERSION": np.zeros((1, 1), dtype=np.int64),
        **further,
    }


def by_words() -> dict[str, np.ndarray]:
    return {
        "WORD_ROW": np.arange(NUM_SCORED, NUM_ROWS, dtype=np.int32)[np.newaxis],
        "WORD_RELEVANCE": np.full((1, NUM_BY_WORDS), 0.5, dtype=np.float32),
    }


def test_as_many_rows_stay_as_pages_can_go_through() -> None:
    found = ScoredRows.of(tensors(**by_words()), TABLE, PageRules(said=("kite",)))
    assert len(found.rows) == NUM_SCORED == MAX_SHOWN
    assert len(found.scored) == NUM_ROWS
    assert set(range(NUM_SCORED, NUM_ROWS)) <= set(found.rows.tolist())
    assert (np.diff(found.relevance) <= 0).all()


def test_without_words_the_rows_are_the_scorers() -> None:
    found = ScoredRows.of(tensors(**by_words()), TABLE, NO_RULES)
    assert found.rows.tolist() == list(range(NUM_SCORED))


def test_given_candidates_all_stay() -> None:
    found = ScoredRows.of(tensors(), TABLE, PageRules(said=("kite",)))
    assert sorted(found.rows.tolist()) == list(range(NUM_SCORED))
