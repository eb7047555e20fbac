"""A word that stands for several values asks for each of them, in every kind of query."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from assortment.catalogue.facets import FacetTable
from assortment.catalogue.product import Product
from assortment.protocol.grades import MAX_GRADE, SATISFYING_GRADE
from training.knowledge.base import Knowledge, Word
from training.queries import QueryGrammar, TrainingQuery, Vocabulary, grades

TYPES = ("Casual Shoes", "Sandals", "Sports Shoes")
SHARED = ("for kids", "juniors", "children")


class Everything:
    """A protocol that keeps nothing for itself."""

    def allowed_for_training(self, wish: Mapping[str, str]) -> bool:
        return bool(wish)


def words(*texts: str) -> tuple[Word, ...]:
    return tuple(Word(text, "domain", 0.5) for text in texts)


PRODUCTS = [
    Product(
        id=f"{kind}-{gender}-{colour}",
        title=kind,
        category=("Footwear", kind),
        attributes={"gender": gender, "colour": colour},
        picture="x.jpg",
    )
    for kind in TYPES
    for gender in ("Boys", "Girls", "Men")
    for colour in ("Navy Blue", "Charcoal", "White")
]
KNOWLEDGE = Knowledge(
    words={
        "gender": {"Boys": words(*SHARED), "Girls": words(*SHARED)},
        "colour": {"Navy Blue": words("inky", "darkish"), "Charcoal": words("inky", "darkish")},
    },
    heads={"shoes": TYPES},
    occasions={"the gym": TYPES},
)
TABLE = FacetTable.from_products(PRODUCTS)


def drawn(kind: str, *, image_fraction: float = 0.0) -> list[TrainingQuery]:
    vocabulary = Vocabulary(PRODUCTS, KNOWLEDGE, own_names=0.0)
    shares = {kind: 0.99}
    rows = range(len(PRODUCTS))
    grammar = QueryGrammar(PRODUCTS, rows, Everything(), image_fraction=image_fraction, vocabulary=vocabulary, shares=shares)
    generator = np.random.default_rng(0)
    queries = [grammar.draw(generator) for _ in range(600)]
    return [query for query in queries if query.kind == kind]


def genders(query: TrainingQuery, least: int) -> set[str]:
    return {PRODUCTS[row].attributes["gender"] for row in np.flatnonzero(grades(query, TABLE) >= least)}


@pytest.mark.parametrize("kind", ["head terms", "occasions", "plain"])
def test_juniors_are_boys_and_girls(kind: str) -> None:
    shared = [query for query in drawn(kind) if any(word in query.text for word in SHARED) and "colour" not in query.wish]
    assert shared
    for query in shared:
        assert genders(query, MAX_GRADE) == {"Boys", "Girls"}
        assert genders(query, SATISFYING_GRADE) == {"Boys", "Girls"}


def test_head_terms_and_occasions_mean_each_type_for_each() -> None:
    for kind, text in (("head terms", "juniors shoes"), ("occasions", "juniors something for the gym")):
        query = next(query for query in drawn(kind) if query.text == text)
        asked = {(wish["type"], wish["gender"]) for wish in (query.wish, *query.further)}
        assert asked == {(product_type, gender) for product_type in TYPES for gender in ("Boys", "Girls")}
        assert len(query.further) == len(asked) - 1


def test_a_picture_leaves_open_what_it_does_not_show() -> None:
    pictured = [query for query in drawn("picture", image_fraction=1.0) if query.text]
    juniors = [query for query in pictured if any(word in query.text for word in SHARED)]
    assert juniors
    for query in juniors:
        assert [wish["gender"] for wish in query.further] == [{"Boys": "Girls", "Girls": "Boys"}[query.wish["gender"]]]
    for query in pictured:  # "inky" is the colour that is seen
        assert {wish["colour"] for wish in (query.wish, *query.further)} == {PRODUCTS[query.picture_row].attributes["colour"]}


def test_what_is_turned_down_is_called_by_a_word_for_nothing_else() -> None:
    turned_down = drawn("negation")
    assert {query.unwanted["colour"] for query in turned_down} == {"Navy Blue", "Charcoal", "White"}
    for query in turned_down:
        assert "inky" not in query.text
        assert "darkish" not in query.text
