"""Trains one model: encoders first, then the scorer on what they retrieve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from assortment.catalogue.product import Product
from assortment.contract import MAX_QUERY_TOKENS
from assortment.text import TextTokenizer
from training import (
    adversarial,
    dev_ranking,
    devices,
    ensemble,
    interpolation,
    named_facets_training,
    query_tuning,
    scorer_training,
)
from training.augmentation import pools
from training.augmentation.pools import Pools
from training.checkpoint import TrainedModels
from training.data import Batch, BatchMaker, Corpus, new_corpus
from training.dev_ranking import QuerySet
from training.features import Features
from training.general_texts import GeneralTexts
from training.grammars import Grammars
from training.knowledge.base import Knowledge
from training.loop import EncoderLoop, State
from training.models import new_models
from training.negatives import NegativeSampler
from training.objective import all_product_vectors, encoder_losses, ranking_loss
from training.queries import Allows, QueryGrammar
from training.settings import TrainingSettings
from training.teacher.lessons import Lesson, Lessons
from training.text_encoder import TextEncoder
from training.text_features import encode_texts
from training.unseen_words import unseen_word_queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a run keeps what is needed to go on after a kill, and its curves."""

    folder: Path
    """For the state of an unfinished run."""
    logs: Path
    """For the curves of ``training.tracking``."""
    key: str
    """What the run depends on: a state of another key is not resumed."""

    def of_member(self, seed: int) -> Place:
        """That of one training of an ensemble."""
        return replace(self, logs=self.logs / f"seed-{seed}", key=f"{self.key} seed {seed}")


def fit(
    products: Sequence[Product],
    features: Features,
    train_rows: Sequence[int],
    allows: Allows,
    dev: QuerySet,
    settings: TrainingSettings,
    place: Place,
    knowledge: Knowledge | None = None,
    lessons: Lessons | None = None,
    shown: Features | None = None,
) -> tuple[TrainedModels, Corpus]:
    """Trains on a catalogue; ``dev`` decides when to stop and what to keep, ``lessons`` are a teacher's.

    Models start from ``features``; training and ranking see ``shown``, the same unless something is hidden from them.

    The returned metrics are those of metrics.json. The encoders learn on ``devices.device()`` and in all processes; the rest is
    done on the CPU of the main process, and other processes return encoders as the loop left them.
    """
    models = new_models(products, features, settings, knowledge)
    corpus = new_corpus(products, shown or features, models, train_rows)
    tokenizer = TextTokenizer(models.tokenizer_file, max_tokens=MAX_QUERY_TOKENS)

    def encode(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return encode_texts(models.product_text_encoder, tokenizer, texts, precision=settings.precision)

    def batch_maker(drawer: QueryGrammar, negatives: NegativeSampler | None = None) -> BatchMaker:
        return BatchMaker(corpus, drawer, tokenizer, settings, num_categories=len(models.categories), further=negatives)

    grammars = Grammars(products, train_rows, allows, knowledge, settings)
    generated = devices.from_main(
        lambda: pools.generate(products, train_rows, features.product_text, grammars.training("encoder"), encode, settings)
    )
    drawer, negatives = grammars.training("encoder", generated), NegativeSampler.of(corpus, knowledge, settings)
    unseen = unseen_word_queries(grammars.unseen(), corpus.table, dev.product_ids, tokenizer, seed=settings.seed)
    validation = {"dev_ndcg@10": dev, **({"unseen_words_ndcg@10": unseen} if unseen else {})}
    measured = partial(_measured, models, corpus, validation)

    modules = _encoders(models)
    start = interpolation.weights(modules)
    titles = [products[row].title for row in train_rows]

    def train_member(seed: int) -> State:
        own = place.of_member(seed) if settings.ensemble > 1 else place
        batches, changed = batch_maker(drawer, negatives), replace(settings, seed=seed)
        return _fit_encoders(models, corpus, batches, negatives, titles, dev, changed, own, lessons)

    state, members = ensemble.train(
        modules, start, settings, train_member, lambda: interpolation.mean(measured()), folder=place.folder, key=place.key
    )

    def finish() -> dict[str, Any]:
        shares = interpolation.choose(modules, start, measured)
        scorer = _fit_scorer(models, corpus, batch_maker(grammars.training("scorer")), dev, validation, settings)
        words = [grammars.words("encoder"), grammars.words("scorer")]
        facets = named_facets_training.fit(models, words, dev, tokenizer, settings)
        return {"interpolation": shares, **scorer, **facets}

    metrics = {**_told(drawer, negatives, generated, state, lessons), **members, **devices.from_main(finish)}
    return replace(models, metrics=metrics), corpus


def _told(
    drawer: QueryGrammar, negatives: NegativeSampler | None, generated: Pools, state: State, lessons: Lessons | None
) -> dict[str, Any]:
    """What metrics.json has of the queries and of the loop."""
    added = {"negatives": negatives.counts()} if negatives else {}
    return {
        "queries": {**drawer.counts(), "generated": generated.figures(), **added},
        "best_epoch": state.best_epoch,
        "epochs": state.history,
        **({"teacher": dict(lessons.figures)} if lessons else {}),
    }


def _encoders(models: TrainedModels) -> dict[str, nn.Module]:
    """What the training loop trains; scorer and named facets learn from what it leaves."""
    return {name: module for name, module in models.modules().items() if name not in ("scorer", "named_facets", "open_facets")}


def _measured(models: TrainedModels, corpus: Corpus, validation: Mapping[str, QuerySet]) -> dict[str, float]:
    return {name: _ndcg(models, corpus, queries) for name, queries in validation.items()}


def _ndcg(models: TrainedModels, corpus: Corpus, queries: QuerySet) -> float:
    """Mean ndcg@10 by the cosine of query and product vectors alone."""
    query_vectors, _ = dev_ranking.encode(models, queries)
    return queries.measure(dev_ranking.nearest(query_vectors, all_product_vectors(models, corpus), dev_ranking.K))["ndcg@10"]


def _fit_scorer(
    models: TrainedModels,
    corpus: Corpus,
    batches: BatchMaker,
    dev: QuerySet,
    validation: Mapping[str, QuerySet],
    settings: TrainingSettings,
) -> dict[str, Any]:
    product_vectors = all_product_vectors(models, corpus)
    encoded = {name: dev_ranking.encode(models, queries) for name, queries in validation.items()}

    def measure() -> dict[str, float]:
        ranked = {name: dev_ranking.scored(models, corpus, vectors, product_vectors)[0] for name, vectors in encoded.items()}
        return {name: validation[name].measure(rows)["ndcg@10"] for name, rows in ranked.items()}

    candidates = scorer_training.retrieve(models, corpus, batches, product_vectors, settings)
    history = scorer_training.fit(models, corpus, candidates, product_vectors, measure, settings)
    shares = scorer_training.temper(models.scorer, measure)
    calibration = scorer_training.calibrate(models, corpus, candidates, product_vectors)
    rows, _ = dev_ranking.scored(models, corpus, dev_ranking.encode(models, dev), product_vectors)
    return {"scorer": history, "correction": shares, "relevance": calibration, "dev": dev.measure(rows)}


def _fit_encoders(
    models: TrainedModels,
    corpus: Corpus,
    batches: BatchMaker,
    negatives: NegativeSampler | None,
    titles: list[str],
    dev: QuerySet,
    settings: TrainingSettings,
    place: Place,
    lessons: Lessons | None,
) -> State:
    modules = _encoders(models)
    for module in modules.values():
        module.to(devices.device())
    seen, asked = devices.put(corpus), devices.put(dev)
    general = GeneralTexts(models.text_encoder, models.tokenizer_file, titles, precision=settings.precision, seed=settings.seed)
    query_tuning.attach(models.text_encoder, settings)
    for frozen in (models.product_text_encoder.backbone, models.image_encoder.backbone):
        frozen.requires_grad_(False)
    models.fusion.train()
    models.product_fusion.train()

    def draw(generator: np.random.Generator) -> tuple[Batch, tuple[Tensor, Tensor, Tensor], Lesson | None]:
        number = settings.batch_queries // 2 or 1
        batch, texts = batches.batch(generator), general.sample(number, generator)
        return batch, texts, lessons.sample(number, generator) if lessons else None

    def step(generator: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        batch, texts, lesson = devices.put(devices.from_main(lambda: draw(generator)))
        with torch.autocast(devices.device().type, torch.bfloat16, enabled=settings.mixed_precision):
            parts = encoder_losses(models, seen, batch, texts, settings, lesson)
            total = parts.total(settings)
            if settings.adversarial:
                total = total + adversarial.attacked(
                    models.text_encoder, lambda: ranking_loss(models, seen, batch, settings), settings.adversarial
                )
        total = total + query_tuning.penalty(models.text_encoder)
        return total, {"loss": float(total.detach()), **parts.figures()}

    def look() -> None:
        if negatives and devices.is_main():  # which alone draws
            negatives.look(models, seen)

    loop = EncoderLoop(
        modules,
        step=step,
        before_epoch=look,
        after_step=partial(query_tuning.after_step, models.text_encoder),
        rest=_rest(models.text_encoder, batches.grammar, negatives),
        measure=lambda: _ndcg(models, seen, asked),
        settings=settings,
        folder=place.folder,
        logs=place.logs,
        key=place.key,
    )
    state = loop.run()
    query_tuning.merge(models.text_encoder)
    for module in modules.values():
        module.cpu().eval().requires_grad_(False)
    return state


def _rest(
    encoder: TextEncoder, grammar: QueryGrammar, negatives: NegativeSampler | None
) -> tuple[Callable[[], Any], Callable[[Any], None]]:
    """What a run goes on with beside its parameters: what AdaLoRA gave to each map, how many queries and negatives were drawn."""

    def tell() -> Any:
        added = {"negatives": negatives.counts()} if negatives else {}
        return {"ranks": query_tuning.ranks(encoder), "queries": grammar.counts(), **added}

    def take(told: Any) -> None:
        query_tuning.set_ranks(encoder, told["ranks"])
        grammar.set_counts(told["queries"])
        if negatives:
            negatives.set_counts(told["negatives"])

    return tell, take
