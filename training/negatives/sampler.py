"""Adds negatives of every sort that is switched on to a batch, and counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np

from training.checkpoint import TrainedModels
from training.data import Corpus, Drawn, Places
from training.knowledge.base import Knowledge
from training.negatives.hard import HardNegatives
from training.negatives.semantic import SemanticNegatives
from training.negatives.siblings import SiblingNegatives
from training.settings import TrainingSettings

_COUNTS: Final = ("added", "already there", "missing")


class Sort(Protocol):
    """One kind of negatives."""

    number: int
    """Of products for each query."""

    def __call__(self, drawn: Drawn, generator: np.random.Generator) -> list[Places]:
        """As many places for each query that it can be asked for, fewer where fewer are; none is one of its best answers."""
        ...


class NegativeSampler:
    """The ``further`` products of a ``BatchMaker``."""

    def __init__(self, sorts: Mapping[str, Sort]) -> None:
        """``sorts`` by name; "hard" looks at models."""
        self._sorts = sorts
        self._counts: dict[str, Counter[str]] = {name: Counter() for name in _COUNTS}

    @classmethod
    def of(cls, corpus: Corpus, knowledge: Knowledge | None, settings: TrainingSettings) -> NegativeSampler | None:
        """Of what ``settings`` switch on, None where that is nothing; without ``knowledge`` no type has siblings."""
        table, rows = corpus.table, corpus.train_rows
        sorts: dict[str, Sort] = {
            "hard": HardNegatives(settings.hard_negatives),
            "semantic": SemanticNegatives(table, rows, settings.semantic_negatives),
            "knowledge": SiblingNegatives(knowledge or Knowledge(), table, rows, settings.knowledge_negatives),
        }
        on = {name: sort for name, sort in sorts.items() if sort.number}
        return cls(on) if on else None

    def look(self, models: TrainedModels, corpus: Corpus) -> None:
        """Takes the models as they are, to mine by until the next look: to be called before each epoch."""
        hard = self._sorts.get("hard")
        if isinstance(hard, HardNegatives):
            hard.look(models, corpus)

    def __call__(self, drawn: Drawn, there: Places, generator: np.random.Generator) -> Places:
        """The places that are ``there`` and those of the negatives, sorted, each once."""
        for name, sort in self._sorts.items():
            found = sort(drawn, generator)
            num_found = sum(len(places) for places in found)
            before, there = len(there), np.unique(np.concatenate([there, *found]))
            added = len(there) - before
            told = {"added": added, "already there": num_found - added, "missing": sort.number * len(found) - num_found}
            for count, number in told.items():
                self._counts[count][name] += number
        return there

    def counts(self) -> dict[str, dict[str, int]]:
        """By sort, as plain values.

        ``added`` are products that batches would not have had, ``already there`` those that they had, or had for another query,
        ``missing`` those that were asked for and are not in the catalogue.
        """
        return {name: dict(counted) for name, counted in self._counts.items()}

    def set_counts(self, told: Mapping[str, Mapping[str, int]]) -> None:
        """Goes on counting from what ``counts`` told."""
        self._counts = {name: Counter(told[name]) for name in _COUNTS}
