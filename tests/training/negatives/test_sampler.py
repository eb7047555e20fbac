"""Negatives in real batches, and in a real training that is killed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch

from assortment.contract import MAX_QUERY_TOKENS
from assortment.paths import BuildPaths
from assortment.text import TextTokenizer
from training.checkpoint import TrainedModels
from training.data import BatchMaker, Corpus, Drawn, new_corpus
from training.dev_ranking import QuerySet
from training.fit import Place, fit
from training.grammars import Grammars
from training.knowledge import steps as knowledge_steps
from training.models import new_models
from training.negatives import NegativeSampler
from training.prepared import Prepared
from training.settings import TrainingSettings

SORTS = ("hard", "semantic", "knowledge")


class Shop:
    """What batches are made from, with a sampler for each choice of numbers."""

    def __init__(self, paths: BuildPaths, settings: TrainingSettings) -> None:
        self.prepared, self.settings = Prepared.open(paths, settings), settings
        self.knowledge = knowledge_steps.build(paths, settings)
        products, rows, features = self.prepared.catalogue.products, self.prepared.train_rows, self.prepared.features
        self.models = new_models(products, features, settings, self.knowledge)
        torch.manual_seed(0)
        for parameter in self.models.product_fusion.parameters():
            parameter.data.normal_()  # the tiny encoder finds everything alike, and would mine nothing
        self.corpus: Corpus = new_corpus(products, features, self.models, rows)
        self._tokenizer = TextTokenizer(self.models.tokenizer_file, max_tokens=MAX_QUERY_TOKENS)

    def sampler(self, **numbers: int) -> NegativeSampler | None:
        changed = {f"{name}_negatives": number for name, number in numbers.items()}
        sampler = NegativeSampler.of(self.corpus, self.knowledge, replace(self.settings, **changed))
        if sampler:
            sampler.look(self.models, self.corpus)
        return sampler

    def maker(self, further: Callable[..., Any] | None) -> BatchMaker:
        prepared = self.prepared
        grammars = Grammars(prepared.catalogue.products, prepared.train_rows, prepared.protocol, self.knowledge, self.settings)
        drawer, number = grammars.training("encoder"), len(self.models.categories)
        return BatchMaker(self.corpus, drawer, self._tokenizer, self.settings, num_categories=number, further=further)


@pytest.fixture(scope="module")
def whole(shop: BuildPaths, tiny_settings: TrainingSettings) -> Shop:
    return Shop(shop, tiny_settings)


def test_none_is_asked_for_by_default(whole: Shop) -> None:
    assert whole.sampler() is None


@pytest.mark.parametrize("name", SORTS)
def test_a_batch_has_them_beside_all_that_it_has_without(whole: Shop, name: str) -> None:
    sampler = whole.sampler(**{name: 3})
    assert sampler is not None
    without, beside = whole.maker(None), whole.maker(sampler)
    ones, others = np.random.default_rng(1), np.random.default_rng(1)
    num_added = 0
    for _ in range(3):
        usual, more = without.batch(ones), beside.batch(others)
        assert torch.equal(usual.queries.token_ids, more.queries.token_ids)
        assert torch.equal(usual.queries.image, more.queries.image)
        assert set(usual.rows.tolist()) <= set(more.rows.tolist())
        assert len(set(more.rows.tolist())) == len(more.rows)
        num_added += len(more.rows) - len(usual.rows)
    assert 0 < num_added == sampler.counts()["added"][name]


def test_they_keep_the_grade_that_they_have_for_other_queries(whole: Shop) -> None:
    """So the loss takes what was added for one query for the answer that it is to another."""
    sampler, seen = whole.sampler(**dict.fromkeys(SORTS, 4)), list[Drawn]()
    assert sampler is not None

    def watched(drawn: Drawn, there: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        seen.append(drawn)
        return sampler(drawn, there, generator)

    maker = whole.maker(watched)
    batch = maker.batch(np.random.default_rng(2))
    expected = np.stack([maker.grade(query) for query in seen[0].queries])
    places = np.searchsorted(whole.corpus.train_rows, batch.rows.numpy())
    assert np.array_equal(batch.grade.numpy(), expected[:, places])


def test_every_product_asked_for_is_counted(whole: Shop) -> None:
    sampler = whole.sampler(semantic=5, knowledge=5)
    assert sampler is not None
    maker, generator, num_batches = whole.maker(sampler), np.random.default_rng(3), 2
    for _ in range(num_batches):
        maker.batch(generator)
    counts = sampler.counts()
    for name in ("semantic", "knowledge"):
        asked = 5 * num_batches * whole.settings.batch_queries
        assert sum(counts[count].get(name, 0) for count in ("added", "already there", "missing")) == asked


def test_hard_negatives_are_those_of_the_models_as_they_were_looked_at(whole: Shop) -> None:
    sampler = whole.sampler(hard=3)
    assert sampler is not None
    first, again = (whole.maker(sampler).batch(np.random.default_rng(4)).rows for _ in range(2))
    assert torch.equal(first, again)
    for parameter in whole.models.product_fusion.parameters():
        parameter.data.normal_()
    assert torch.equal(whole.maker(sampler).batch(np.random.default_rng(4)).rows, first), "of the last look"
    sampler.look(whole.models, whole.corpus)
    assert not torch.equal(whole.maker(sampler).batch(np.random.default_rng(4)).rows, first)


def test_searches_by_a_picture_are_not_mined_for(shop: BuildPaths, tiny_settings: TrainingSettings) -> None:
    pictured = Shop(shop, replace(tiny_settings, image_query_fraction=0.999, batch_queries=4))
    sampler = pictured.sampler(hard=3)
    assert sampler is not None
    batch = pictured.maker(sampler).batch(np.random.default_rng(0))
    worded = int((batch.queries.presence[:, 1] == 0).sum())
    assert sum(counted.get("hard", 0) for counted in sampler.counts().values()) == 3 * worded


class Killed(QuerySet):
    """Dev queries at whose third measurement the process is killed: before the second epoch is saved."""

    measured: ClassVar[int] = 0

    def measure(self, rows: torch.Tensor) -> dict[str, float]:
        type(self).measured += 1
        if self.measured == 3:
            raise KeyboardInterrupt
        return super().measure(rows)


@pytest.mark.slow
def test_models_and_counts_are_the_same_after_a_kill(whole: Shop, tmp_path: Path) -> None:
    prepared = whole.prepared
    numbers = {f"{name}_negatives": 3 for name in SORTS}
    settings = replace(whole.settings, learning_rate=0.05, **numbers)  # at which cosines soon lie far enough apart to be mined

    def trained(folder: str, dev: QuerySet) -> TrainedModels:
        place = Place(folder=tmp_path / folder, logs=tmp_path / folder / "logs", key="k")
        shown = (prepared.catalogue.products, prepared.features, prepared.train_rows, prepared.protocol)
        return fit(*shown, dev, settings, place, whole.knowledge)[0]

    uninterrupted = trained("whole", prepared.dev)
    with pytest.raises(KeyboardInterrupt):
        trained("killed", Killed(*(getattr(prepared.dev, field.name) for field in fields(QuerySet))))
    resumed = trained("killed", prepared.dev)
    for name, module in uninterrupted.modules().items():
        for key, value in module.state_dict().items():
            torch.testing.assert_close(resumed.modules()[name].state_dict()[key], value, msg=f"{name}.{key}")
    told = uninterrupted.metrics["queries"]
    assert resumed.metrics["queries"] == told
    assert all(told["negatives"]["added"][name] > 0 for name in SORTS)
