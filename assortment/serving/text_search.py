"""``text_search``: a whole text search in one process, for the embedded CPU server.

A hop between two Python-backend models costs about 0.7 ms, and a text search of five steps takes about 5 ms without them. So
there ``search`` is one step. It runs the same step classes as the separate models, one after the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from assortment import artefacts
from assortment.errors import AssortmentError
from assortment.serving import text_scorer
from assortment.serving.catalogue_tables import Catalogues
from assortment.serving.diversifier import DiversifierStep
from assortment.serving.prepare import PrepareStep
from assortment.serving.step import Outcome, Step, Tensors
from assortment.serving.text_scorer import TextScorerStep

STAGES: Final = ("prepare", *text_scorer.STAGES, "diversifier")


class TextSearchStep:
    """From a request for products by words to the answer."""

    def __init__(self, prepare: PrepareStep, scorer: TextScorerStep, diversifier: DiversifierStep) -> None:
        """Joins the three steps."""
        self._prepare, self._scorer, self._diversifier = prepare, scorer, diversifier
        self._scorer.on_batch = self._scored
        self._scorer_ns: Sequence[int] = ()
        self.on_batch: Callable[[Sequence[int]], None] | None = None
        """Called after each batch with the nanoseconds of each of ``STAGES``."""

    @classmethod
    def open(cls, model: Path, version: Path, *, threads: int = 1) -> TextSearchStep:
        """Loads ``text_search/`` of an assembled repository, and its folder of one catalogue version."""
        catalogues = Catalogues(model / artefacts.CATALOGUES)
        table = catalogues.version(int(version.name))
        return cls(
            PrepareStep(version / artefacts.TOKENIZER, table.filters, table.words, table.spellings),
            TextScorerStep.open(version, threads=threads),
            DiversifierStep(catalogues),
        )

    def run(self, batch: Sequence[Tensors]) -> list[Outcome]:
        """See ``Step.run``."""
        self._scorer_ns = (0,) * len(text_scorer.STAGES)
        began = time.perf_counter_ns()
        outcomes = self._prepare.run(batch)
        prepared = time.perf_counter_ns()
        outcomes = _onward(outcomes, self._scorer)
        scored = time.perf_counter_ns()
        outcomes = _onward(outcomes, self._diversifier)
        diversified = time.perf_counter_ns()
        if self.on_batch:
            self.on_batch((prepared - began, *self._scorer_ns, diversified - scored))
        return outcomes

    def _scored(self, nanoseconds: Sequence[int]) -> None:
        self._scorer_ns = nanoseconds


def _onward(outcomes: Sequence[Outcome], step: Step) -> list[Outcome]:
    """The next step on the requests that have not failed; its outputs join their tensors, errors stay in their places."""
    going = [outcome for outcome in outcomes if not isinstance(outcome, AssortmentError)]
    answers = iter(step.run(going) if going else ())
    return [outcome if isinstance(outcome, AssortmentError) else _joined(outcome, next(answers)) for outcome in outcomes]


def _joined(tensors: Tensors, outcome: Outcome) -> Outcome:
    return outcome if isinstance(outcome, AssortmentError) else {**tensors, **outcome}
