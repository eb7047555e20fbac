from __future__ import annotations

import random

import pytest

from assortment.protocol import lexicon
from assortment.protocol.grammar import DEV, TEST, word_query
from assortment.protocol.splits import Split

WISHES = [
    {"type": "Casual Shoes", "colour": "Blue", "gender": "Men", "brand": "Nike"},
    {"type": "Trousers", "usage": "Formal", "gender": "Women"},
    {"brand": "Nike", "colour": "Black"},
    {"pattern": "Striped", "gender": "Girls"},
    {"type": "Novels", "audience": "Children", "genre": "Fantasy"},
    {"type": "Watches"},
]
SPLITS: list[Split] = ["dev", "test"]


def worded(wish: dict[str, str], split: Split, number: int = 300) -> list[str]:
    generator = random.Random(0)
    return [word_query(wish, split, generator) for _ in range(number)]


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("wish", WISHES)
def test_every_named_facet_is_said(wish: dict[str, str], split: Split) -> None:
    for text in worded(wish, split):
        for facet, value in wish.items():
            assert any(word in text for word in lexicon.words(facet, value, split)), (text, facet)


@pytest.mark.parametrize("wish", WISHES)
def test_dev_queries_hold_no_test_word(wish: dict[str, str]) -> None:
    assert not any(lexicon.test_words_in(text) for text in worded(wish, "dev"))


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("wish", WISHES)
def test_nothing_is_left_of_pieces_without_a_facet(wish: dict[str, str], split: Split) -> None:
    for text in worded(wish, split):
        assert "{" not in text
        assert text == " ".join(text.lower().split())
        assert text.split()[-1] not in {"in", "for", "by", "from"}


def test_people_come_after_for() -> None:
    texts = [text for text in worded(WISHES[0], "test") if "my husband" in text]
    assert texts
    assert all("for my husband" in text for text in texts)


def test_dev_and_test_share_no_template() -> None:
    assert not {*DEV.with_type, *DEV.without_type} & {*TEST.with_type, *TEST.without_type}


def test_training_words_its_queries_by_its_own_grammar() -> None:
    with pytest.raises(KeyError, match="train"):
        word_query(WISHES[0], "train", random.Random(0))
