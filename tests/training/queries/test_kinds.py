"""What each kind of query says and asks for, on the generated catalogue."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from assortment.catalogue.facets import FacetTable
from assortment.catalogue.store import Catalogue
from assortment.protocol.grades import MAX_GRADE, satisfies
from assortment.protocol.lexicon import fold
from assortment.protocol.store import Protocol
from training.knowledge.base import Knowledge, Word
from training.queries import QueryGrammar, TrainingQuery, Vocabulary, grades

KINDS = ("head terms", "occasions", "gifts", "brand only", "colour only", "negation")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    def word(text: str) -> Word:
        return Word(text, "domain", 0.5)

    return Knowledge(
        words={"gender": {"Boys": (word("kids"),), "Girls": (word("kids"),)}, "type": {"Jumpers": (word("warm tops"),)}},
        heads={"footwear": ("Boots", "Sandals", "Trainers"), "things to read": ("Novels", "Comics", "Magazines")},
        occasions={"the beach": ("Sandals", "Shorts", "Sunglasses"), "breakfast": ("Jam", "Tea", "Coffee")},
    )


@pytest.fixture(scope="module")
def drawn(catalogue: Catalogue, protocol: Protocol, knowledge: Knowledge) -> list[TrainingQuery]:
    rows = protocol.train_rows(catalogue).tolist()
    shares = dict.fromkeys(KINDS, 0.14)
    vocabulary = Vocabulary(catalogue.products, knowledge)
    grammar = QueryGrammar(catalogue.products, rows, protocol, image_fraction=0.0, vocabulary=vocabulary, shares=shares)
    generator = np.random.default_rng(3)
    return [grammar.draw(generator) for _ in range(600)]


def of_kind(drawn: list[TrainingQuery], kind: str) -> list[TrainingQuery]:
    return [query for query in drawn if query.kind == kind]


def test_every_kind_is_drawn_and_is_reserved_for_training(drawn: list[TrainingQuery], protocol: Protocol) -> None:
    counts = Counter(query.kind for query in drawn)
    assert all(counts[kind] > 5 for kind in (*KINDS, "plain")), counts
    assert all(protocol.allowed_for_training(wish) for query in drawn for wish in (query.wish, *query.further))


def test_a_head_term_is_answered_by_all_its_types(drawn: list[TrainingQuery], catalogue: Catalogue) -> None:
    table = FacetTable.from_products(catalogue.products)
    plain = next(query for query in of_kind(drawn, "head terms") if query.text == "footwear")
    best = {catalogue.products[row].type for row in np.flatnonzero(grades(plain, table) == MAX_GRADE)}
    assert {"Boots", "Sandals", "Trainers"} & {product.type for product in catalogue.products} == best


def test_what_is_turned_down_gets_grade_0(drawn: list[TrainingQuery], catalogue: Catalogue) -> None:
    table = FacetTable.from_products(catalogue.products)
    for query in of_kind(drawn, "negation"):
        ((facet, value),) = query.unwanted.items()
        graded = grades(query, table)
        assert facet not in query.wish
        assert not graded[satisfies(table, facet, value)].any()
        assert graded.any()


def test_gifts_name_somebody_and_occasions_an_occasion(drawn: list[TrainingQuery]) -> None:
    assert all("gender" in query.wish for query in of_kind(drawn, "gifts"))
    assert all("beach" in query.text or "breakfast" in query.text for query in of_kind(drawn, "occasions"))


def test_one_facet_alone_is_asked_where_it_is_meant(drawn: list[TrainingQuery]) -> None:
    assert {tuple(query.wish) for query in of_kind(drawn, "brand only")} == {("brand",)}
    assert {tuple(query.wish) for query in of_kind(drawn, "colour only")} <= {("colour",), ("colour", "gender")}


def test_a_word_that_several_values_share_asks_for_any_of_them(catalogue: Catalogue, knowledge: Knowledge) -> None:
    vocabulary = Vocabulary(catalogue.products, knowledge)
    wish = {"type": "Jeans", "gender": "Boys"}
    assert vocabulary.meanings(wish, {"type": "jeans", "gender": "kids"}) == (wish, {"type": "Jeans", "gender": "Girls"})
    assert vocabulary.meanings(wish, {"type": "jeans", "gender": "boys"}) == (wish,)


def test_words_kept_for_the_scorer_are_not_said_to_the_encoder(catalogue: Catalogue, knowledge: Knowledge) -> None:
    generator = np.random.default_rng(0)
    said = {
        part: {fold(Vocabulary(catalogue.products, knowledge, part=part, own_names=0.0).say("type", "Jumpers", generator))
               for _ in range(200)}
        for part in ("encoder", "scorer")
    }  # fmt: skip
    own = {fold("jumpers")}
    assert (said["encoder"] - own).isdisjoint(said["scorer"] - own)
