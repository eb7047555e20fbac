from __future__ import annotations

import numpy as np
import pytest

from assortment.catalogue.store import Catalogue
from assortment.protocol.lexicon import test_words_in as words_of_the_test_in
from assortment.protocol.lexicon import train_words
from assortment.protocol.store import Protocol
from training.queries import QueryGrammar, TrainingQuery, part_words


@pytest.fixture(scope="module")
def drawn(catalogue: Catalogue, protocol: Protocol) -> list[TrainingQuery]:
    return draw(catalogue, protocol, seed=1, number=400)


def draw(catalogue: Catalogue, protocol: Protocol, *, seed: int, number: int) -> list[TrainingQuery]:
    rows = protocol.train_rows(catalogue).tolist()
    grammar = QueryGrammar(catalogue.products, rows, protocol, image_fraction=0.3)
    generator = np.random.default_rng(seed)
    return [grammar.draw(generator) for _ in range(number)]


def test_nothing_reserved_for_dev_and_test_is_asked(drawn: list[TrainingQuery], protocol: Protocol) -> None:
    assert all(protocol.allowed_for_training(query.wish) for query in drawn)
    assert not any(words_of_the_test_in(query.text) for query in drawn)


def test_pictures_come_from_training_products(drawn: list[TrainingQuery], catalogue: Catalogue, protocol: Protocol) -> None:
    train = set(protocol.train_rows(catalogue).tolist())
    pictured = [query for query in drawn if query.picture_row >= 0]
    assert {query.picture_row for query in pictured} <= train
    assert any(not query.text for query in pictured), "some have no words"
    assert any(query.text for query in pictured), "some have both"
    assert all(query.text for query in drawn if query.picture_row < 0)


def test_every_query_asks_for_something(drawn: list[TrainingQuery]) -> None:
    assert all(query.wish for query in drawn)
    assert len({query.text for query in drawn}) > len(drawn) / 3


def test_the_same_seed_draws_the_same_queries(drawn: list[TrainingQuery], catalogue: Catalogue, protocol: Protocol) -> None:
    assert draw(catalogue, protocol, seed=1, number=50) == drawn[:50]
    assert draw(catalogue, protocol, seed=2, number=50) != drawn[:50]


def test_the_scorer_hears_synonyms_that_the_encoder_does_not() -> None:
    facets = {"type": ("Trousers", "Jeans", "Handbags", "Watches", "Sandals", "Heels"), "colour": ("Red", "Blue", "Grey")}
    for facet, values in facets.items():
        for value in values:
            encoder, scorer = part_words(facet, value, "encoder"), part_words(facet, value, "scorer")
            assert encoder[0] == scorer[0] == train_words(facet, value)[0]
            assert not set(encoder[1:]) & set(scorer[1:])
            assert {*encoder, *scorer} == set(train_words(facet, value))


class Nothing:
    """A protocol that keeps everything for itself."""

    def allowed_for_training(self, wish: object) -> bool:
        return False


def test_a_protocol_that_leaves_nothing_is_told(catalogue: Catalogue) -> None:
    grammar = QueryGrammar(catalogue.products, [0, 1, 2], Nothing(), image_fraction=0.0)
    with pytest.raises(RuntimeError, match="leaves nothing to train on"):
        grammar.draw(np.random.default_rng(0))
