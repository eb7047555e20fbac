"""What every training run of a catalogue starts from: products, frozen protocol, features, queries to measure with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch

from assortment.catalogue.facets import FacetTable
from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_QUERY_TOKENS
from assortment.paths import BuildPaths
from assortment.protocol.splits import Split
from assortment.protocol.store import Protocol
from assortment.text import TextTokenizer
from training import backbones, dev_ranking, devices, features, tracking
from training.augmentation import seq2seq
from training.augmentation.back_translation import translations
from training.checkpoint import TrainedModels
from training.data import Corpus
from training.dev_ranking import QuerySet
from training.features import Features
from training.fit import Place, fit
from training.grammars import Grammars
from training.knowledge import steps as knowledge_steps
from training.knowledge.base import Knowledge
from training.pretraining import steps as pretraining_steps
from training.settings import TrainingSettings
from training.teacher import steps as teacher_steps
from training.text_encoder import TextEncoder
from training.unseen_words import unseen_word_queries


@dataclass(frozen=True)
class Prepared:
    """One catalogue, ready to be trained on again and again."""

    paths: BuildPaths
    catalogue: Catalogue
    protocol: Protocol
    features: Features
    """Under the text encoder as it comes."""

    @classmethod
    def open(cls, paths: BuildPaths, settings: TrainingSettings) -> Prepared:
        """Computes features and knowledge when they are not there, and takes the threads that ``settings`` give.

        Raises:
            InputError, StepError: when there is no catalogue or no protocol, or what ``settings`` name is not there.
        """
        tracking.check(settings)
        if settings.back_translated:
            translations(settings.translators)
        if settings.written:
            seq2seq.load(Path(settings.writer))
        torch.set_num_threads(settings.threads)
        catalogue, protocol = Catalogue.open(paths.catalogue), Protocol.open(paths.protocol)
        with devices.main_first():
            prepared = cls(paths, catalogue, protocol, features.extract(paths, settings))
            prepared._knowledge(settings)
        return prepared

    @cached_property
    def dev(self) -> QuerySet:
        """The queries that decide when to stop and what to keep."""
        return self._queries("dev")

    @cached_property
    def test(self) -> QuerySet:
        """The frozen ones, which decide nothing."""
        return self._queries("test")

    def unseen(self, settings: TrainingSettings) -> QuerySet | None:
        """Queries in words that no encoder learns; None when there are no such words for this catalogue."""
        products, knowledge = self.catalogue.products, self._knowledge(settings)
        grammar = Grammars(products, self.train_rows, self.protocol, knowledge, settings).unseen()
        ids = [product.id for product in products]
        return unseen_word_queries(grammar, FacetTable.from_products(products), ids, self._tokenizer(), seed=settings.seed)

    @cached_property
    def train_rows(self) -> list[int]:
        """Rows of the products that training may show."""
        rows: list[int] = self.protocol.train_rows(self.catalogue).tolist()
        return rows

    def untrained(self, settings: TrainingSettings) -> TextEncoder:
        """The text encoder as it comes."""
        return TextEncoder.of(backbones.load_text(settings.text_backbone).model)

    def seen(self, settings: TrainingSettings) -> Features:
        """The features that a run learns from: those of the text encoder after further pre-training, where it is told to."""
        if settings.pretraining == "none":
            return self.features
        pretraining_steps.build(self.paths, settings)
        return features.extract_pretrained(self.paths, settings)

    def fit(
        self, settings: TrainingSettings, place: Place, seen: Features | None = None, shown: Features | None = None
    ) -> tuple[TrainedModels, Corpus]:
        """Trains; models start from ``seen``, by default ``self.seen``, and learn from ``shown``, by default the same."""
        products, rows = self.catalogue.products, self.train_rows
        lessons = None
        with devices.main_first():
            knowledge = self._knowledge(settings)
            if settings.teacher_weight:
                grammars = Grammars(products, rows, self.protocol, knowledge, settings)
                lessons = teacher_steps.build(self.paths, settings, grammars, self.features, self.dev)
            trained_on = seen or self.seen(settings)
        return fit(products, trained_on, rows, self.protocol, self.dev, settings, place, knowledge, lessons, shown)

    def _knowledge(self, settings: TrainingSettings) -> Knowledge | None:
        return knowledge_steps.build(self.paths, settings) if settings.domain_words or settings.wordnet else None

    def _queries(self, split: Split) -> QuerySet:
        ids = [product.id for product in self.catalogue.products]
        return dev_ranking.query_set(self.protocol, split, ids, self._tokenizer())

    def _tokenizer(self) -> TextTokenizer:
        return TextTokenizer(self.features.tokenizer_file, max_tokens=MAX_QUERY_TOKENS)
