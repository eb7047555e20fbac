from __future__ import annotations

import numpy as np
import pytest
import torch

from assortment.catalogue.store import Catalogue
from assortment.protocol.grades import grade_products
from assortment.protocol.store import Protocol
from assortment.text import TextTokenizer
from training.data import BatchMaker, Corpus, new_corpus
from training.features import Features
from training.models import new_models
from training.queries import QueryGrammar, TrainingQuery
from training.settings import TrainingSettings


@pytest.fixture(scope="module")
def corpus(catalogue: Catalogue, protocol: Protocol, cached: Features, tiny_settings: TrainingSettings) -> Corpus:
    models = new_models(catalogue.products, cached, tiny_settings)
    return new_corpus(catalogue.products, cached, models, protocol.train_rows(catalogue).tolist())


@pytest.fixture(scope="module")
def maker(
    corpus: Corpus, catalogue: Catalogue, protocol: Protocol, cached: Features, tiny_settings: TrainingSettings
) -> BatchMaker:
    grammar = QueryGrammar(catalogue.products, corpus.train_rows.tolist(), protocol, image_fraction=0.5)
    tokenizer = TextTokenizer(cached.tokenizer_file, max_tokens=32)
    num_categories = int(corpus.category.max()) + 1
    return BatchMaker(corpus, grammar, tokenizer, tiny_settings, num_categories=num_categories)


def test_a_batch_shows_training_products_only(maker: BatchMaker, corpus: Corpus, tiny_settings: TrainingSettings) -> None:
    batch = maker.batch(np.random.default_rng(0))
    assert set(batch.rows.tolist()) <= set(corpus.train_rows.tolist())
    assert batch.grade.shape == (tiny_settings.batch_queries, len(batch.rows))
    assert (batch.grade.amax(1) > 0).all(), "every query has a product that fits"


def test_intent_is_a_distribution_over_the_types_of_the_best_products(maker: BatchMaker) -> None:
    intent = maker.batch(np.random.default_rng(0)).intent
    assert torch.allclose(intent.sum(1), torch.ones(len(intent)), atol=1e-5)


def test_grades_are_those_of_the_protocol(maker: BatchMaker, corpus: Corpus) -> None:
    wish = {"type": "Shirts", "colour": "Blue"}
    expected = grade_products(wish, corpus.table)[corpus.train_rows]
    assert np.array_equal(maker.grade(TrainingQuery("blue shirt", wish, -1)), expected)


def test_a_query_without_picture_or_words_says_so(maker: BatchMaker, corpus: Corpus) -> None:
    row = int(np.flatnonzero(corpus.presence[:, 1].numpy())[0])
    queries = [TrainingQuery("blue shirt", {"type": "x"}, -1), TrainingQuery("", {"type": "x"}, row)]
    encoded = maker.encode(queries, np.random.default_rng(0))
    assert encoded.presence.tolist() == [[1, 0], [0, 1]]
    assert encoded.image[0].abs().max() == 0
    assert not torch.equal(encoded.image[1], corpus.image[row]), "its features carry noise"
    assert encoded.mask[1].sum() == 2, "the two special tokens"
