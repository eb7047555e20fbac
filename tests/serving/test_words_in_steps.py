"""Words as they stand on their way: prepare finds products by them, the diversifier weighs by them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assortment.contract import NUM_BY_WORDS
from assortment.serving.catalogue_tables import Catalogues
from assortment.serving.diversifier import DiversifierStep
from assortment.serving.page_rules import PageRules
from assortment.serving.prepare import PrepareStep, tensors_of
from assortment.serving.request import SearchRequest
from tests.serving.test_diversifier import scored

FILTERED = b'{"filters": {"attributes": {"colour": ["BLUE"]}}}'


@pytest.fixture
def step(catalogues: Path) -> DiversifierStep:
    return DiversifierStep(Catalogues(catalogues))


def _by_words(tokenizer_file: Path, catalogues: Path, **asked: Any) -> tuple[list[int], tuple[str, ...]]:
    """Rows found by words, and the words that go on to the diversifier."""
    table = Catalogues(catalogues).version(2)
    (outcome,) = PrepareStep(tokenizer_file, table.filters, table.words).run([tensors_of(SearchRequest(**asked))])
    assert isinstance(outcome, dict)
    rows = outcome["WORD_ROW"][0]
    assert len(rows) == NUM_BY_WORDS
    return rows[rows >= 0].tolist(), PageRules.of(outcome["RULES"][0, 0]).said


def test_products_are_found_by_words(tokenizer_file: Path, catalogues: Path) -> None:
    assert _by_words(tokenizer_file, catalogues, query="weekend kites") == ([0, 2, 1, 3, 5], ("weekend", "kite"))
    assert _by_words(tokenizer_file, catalogues, query="blue") == ([], ("blue",))
    assert _by_words(tokenizer_file, catalogues, query="the") == ([], ())


def test_only_products_that_pass_the_filters_are_found_by_words(tokenizer_file: Path, catalogues: Path) -> None:
    assert _by_words(tokenizer_file, catalogues, query="weekend kites", rules=FILTERED)[0] == [0, 2]


def test_words_that_turn_a_value_down_are_not_looked_for(tokenizer_file: Path, catalogues: Path) -> None:
    assert _by_words(tokenizer_file, catalogues, query="weekend kite not blue") == ([1, 3, 5], ("weekend", "kite"))


def test_nobody_is_found_by_words_beside_given_candidates_or_on_a_sorted_page(tokenizer_file: Path, catalogues: Path) -> None:
    asked = _by_words(tokenizer_file, catalogues, query="weekend kite", candidates=np.array([3]))
    assert asked == ([], ("weekend", "kite"))
    assert _by_words(tokenizer_file, catalogues, query="weekend kite", rules=b'{"sort": "newest"}')[0] == []


def by_words(said: list[str], rows: list[int] | None = None, **asked: Any) -> dict[str, np.ndarray]:
    """A request with words, and with rows that were found by them, of a relevance of one half."""
    tensors = scored(said=said, **asked)
    if rows is not None:
        tensors["WORD_ROW"] = np.array([[*rows, -1]], dtype=np.int32)
        tensors["WORD_RELEVANCE"] = np.array([[*[0.5] * len(rows), -1.0]], dtype=np.float32)
    return tensors


def test_who_says_the_words_comes_before_whom_the_models_think_as_likely(step: DiversifierStep) -> None:
    (outcome,) = step.run([by_words(["kite", "harbour"], k=10)])
    assert isinstance(outcome, dict)
    assert outcome["ID"][0].tolist() == [b"1", b"0", b"2", b"5", b"4"]
    (outcome,) = step.run([by_words(["weekend"], k=10)])
    assert isinstance(outcome, dict)
    assert outcome["ID"][0].tolist() == [b"0", b"1", b"2", b"5", b"4"]
    assert outcome["RELEVANCE"][0, 0] == pytest.approx(0.8), "who says most keeps its relevance"
    assert outcome["RELEVANCE"][0, 1] == pytest.approx(9 / (9 + np.e), abs=1e-6)


def test_rows_found_by_words_join_the_page(step: DiversifierStep) -> None:
    (outcome,) = step.run([by_words(["kite"], [3, 1], k=10)])
    assert isinstance(outcome, dict)
    assert outcome["ID"][0].tolist() == [b"1", b"0", b"2", b"5", b"3", b"4"]
    assert outcome["RANK"][0].tolist() == [1, 2, 3, 4, 5, 6]


def test_on_a_sorted_page_no_words_are_compared(step: DiversifierStep) -> None:
    (sorted_page, plain) = step.run([by_words(["weekend"], [3], k=10, sort="newest"), scored(k=10, sort="newest")])
    assert isinstance(sorted_page, dict)
    assert isinstance(plain, dict)
    assert sorted_page["ID"].tolist() == plain["ID"].tolist()
