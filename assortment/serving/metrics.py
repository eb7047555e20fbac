"""What the Python steps count, for the server's Prometheus page. docs/metrics.md says how to read it; a test holds both alike.

Plain Python: ``triton_metrics`` hands what is counted here to Triton. Labels take few values: models, outcomes, the names of the
contract's fields, stages, bucket limits, the current catalogue version and the one before, the processes that count; nothing that
a caller writes becomes one.
"""

from __future__ import annotations

import math
import os
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from assortment import artefacts
from assortment.contract import ENSEMBLES
from assortment.errors import AssortmentError, CatalogueChangingError, InputError
from assortment.serving.catalogue_tables import KEPT_VERSIONS
from assortment.serving.step import Outcome, Tensors
from assortment_client import contract as public

CANARY: Final = public.CANARY_REQUEST_ID
"""Request id of a canary's requests; they are no pages that somebody looked at."""
CANARY_PASSED: Final = "assortment-canary-passed"
"""Request id of the last one, sent when all others were answered."""


OF_AN_ANSWER: Final = ("catalogue_version", "process")
"""The last labels of every family that tells of answers. The first is empty for a step that knows no catalogue. The second is a
process id: no two processes share such a series, so that each can take its own off the page (see ``triton_metrics``)."""


@dataclass(frozen=True, slots=True, eq=False)  # compared and hashed as the one object it is: it keys what is counted
class Family:
    """One metric, with a series for each combination of its labels."""

    name: str
    kind: Literal["counter", "gauge"]
    labels: tuple[str, ...]
    help: str

    def version(self, values: tuple[str, ...]) -> str:
        """The catalogue version among the values of its labels; empty when the family has none."""
        return dict(zip(self.labels, values, strict=True)).get(OF_AN_ANSWER[0], "")


def _counter(name: str, labels: tuple[str, ...], told: str) -> Family:
    return Family(name, "counter", (*labels, *OF_AN_ANSWER), told)


REQUESTS: Final = _counter("assortment_requests_total", ("model", "outcome"), "Requests that reached a step")
INVALID: Final = _counter("assortment_invalid_requests_total", ("model", "field"), "Refused requests by the wrong field")
PAGES: Final = _counter("assortment_pages_total", (), "Pages of results, canaries left out")
SHORT_PAGES: Final = _counter("assortment_short_pages_total", (), "Pages that a rule left shorter than asked")
RESULTS: Final = _counter("assortment_results_total", (), "Results on those pages")
CANDIDATES: Final = _counter("assortment_candidates_total", ("stage",), "Products those pages were chosen from")
STRENGTH: Final = _counter("assortment_diversity_strength_bucket", ("le",), "Pages by the strength used, cumulative")
STRENGTH_SUM: Final = _counter("assortment_diversity_strength_sum", (), "Sum of the strengths used")
STRENGTH_COUNT: Final = _counter("assortment_diversity_strength_count", (), "Number of them")
STAGE_US: Final = _counter("assortment_stage_duration_us", ("stage",), "Time in a stage of a model")
CANARY_PASSED_AT: Final = Family(
    "assortment_canary_last_success_timestamp_seconds", "gauge", OF_AN_ANSWER, "When a canary last passed"
)
VERSION: Final = Family("assortment_catalogue_version", "gauge", ("model",), "Catalogue version last answered from")
PUBLISHED: Final = Family("assortment_catalogue_published_timestamp_seconds", "gauge", ("model",), "When it was put in place")
AGE: Final = Family("assortment_catalogue_age_seconds", "gauge", ("model",), "How long ago that was at the last answer")
FAMILIES: Final = (
    *(REQUESTS, INVALID, PAGES, SHORT_PAGES, RESULTS, CANDIDATES),
    *(STRENGTH, STRENGTH_SUM, STRENGTH_COUNT, STAGE_US, CANARY_PASSED_AT, VERSION, PUBLISHED, AGE),
)

Series = tuple[Family, tuple[str, ...]]
"""A family and the values of its labels."""

OUTCOMES: Final = ("ok", "invalid_argument", "catalogue_changing", "internal")
FIELDS: Final = (*dict.fromkeys(tensor.name for model in ENSEMBLES.values() for tensor in model.inputs), "batch", "other")
STRENGTH_LIMITS: Final = {**{f"{limit:g}": limit for limit in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)}, "+Inf": math.inf}


class StepMetrics:
    """Counts what one instance of a model does, until ``triton_metrics`` takes it."""

    def __init__(self, model: str, *, version: int | None = None, catalogues: Path | None = None) -> None:
        """Starts at zero.

        Args:
            model: its name.
            version: of the catalogue that it answers from at first; None when it knows no catalogue.
            catalogues: its folder of ``<version>/`` folders, when it has one.
        """
        self._model = model
        self._catalogues = catalogues
        self._published: dict[str, float] = {}
        self._process = str(os.getpid())
        self.kept: list[str] = []
        """The last KEPT_VERSIONS values of the label ``catalogue_version``; the last one is being answered from."""
        self.increments: defaultdict[Series, float] = defaultdict(float)
        """What to add to each counter."""
        self.levels: dict[Series, float] = {}
        """What to set each gauge to."""
        self._answers_from("" if version is None else str(version))

    def count(self, request: Tensors, outcome: Outcome, *, request_id: str) -> None:
        """Counts one request by what became of it."""
        if isinstance(outcome, AssortmentError):
            version = self._asked(request)
            self._add(REQUESTS, self._model, _outcome(outcome), version=version)
            if isinstance(outcome, InputError):
                self._add(INVALID, self._model, _field(outcome), version=version)
            return
        self._answers_from(_version(outcome) if public.CATALOGUE_VERSION in outcome else self.kept[-1])
        self._add(REQUESTS, self._model, _outcome(outcome))
        if public.ID in outcome:
            if request_id == CANARY_PASSED:
                self.levels[CANARY_PASSED_AT, self._of_answer()] = time.time()
            if request_id not in (CANARY, CANARY_PASSED):
                self._count_page({**request, **outcome})

    def count_stages(self, stages: Sequence[str]) -> Callable[[Sequence[int]], None]:
        """A function that counts the nanoseconds of each of ``stages``, given them after a batch."""

        def count(nanoseconds: Sequence[int]) -> None:
            for stage, duration_ns in zip(stages, nanoseconds, strict=True):
                self._add(STAGE_US, stage, amount=duration_ns / 1_000)

        return count

    def _answers_from(self, version: str) -> None:
        """Notes the catalogue version that is being answered from, and tells its age when its tables are there."""
        if version not in self.kept:
            self.increments.update({(REQUESTS, (self._model, told, *self._of_answer(version))): 0.0 for told in OUTCOMES})
        if self.kept[-1:] != [version]:
            self.kept = [*(other for other in self.kept if other != version), version][-KEPT_VERSIONS:]
        if self._catalogues and version:
            if version not in self._published:
                index = self._catalogues / version / artefacts.INDEX
                self._published[version] = index.stat().st_mtime if index.is_file() else math.nan
            published, labels = self._published[version], (self._model,)
            self.levels.update({(VERSION, labels): int(version), (PUBLISHED, labels): published})
            self.levels[AGE, labels] = time.time() - published

    def _asked(self, request: Tensors) -> str:
        """The version that a refused request was scored against, if it is one of those answered from; else the current one."""
        version = _version(request) if public.CATALOGUE_VERSION in request else ""
        return version if version in self.kept else self.kept[-1]

    def _of_answer(self, version: str | None = None) -> tuple[str, str]:
        """Values of OF_AN_ANSWER; of the version that is being answered from when none is given."""
        return self.kept[-1] if version is None else version, self._process

    def _add(self, family: Family, *labels: str, amount: float = 1.0, version: str | None = None) -> None:
        self.increments[family, (*labels, *self._of_answer(version))] += amount

    def _count_page(self, page: Tensors) -> None:
        """Counts what was shown; ``page`` has the diversifier's inputs and outputs."""
        strength = float(page["STRENGTH"][0, 0])
        self._add(PAGES)
        self._add(SHORT_PAGES, amount=bool(page[public.UNMET][0, 0]))
        self._add(RESULTS, amount=page[public.ID].shape[1])
        self._add(CANDIDATES, "scored", amount=int(page["NUM_SCORED"][0, 0]))
        self._add(CANDIDATES, "after_rules", amount=int(page["NUM_CANDIDATES"][0, 0]))
        self._add(STRENGTH_SUM, amount=strength)
        self._add(STRENGTH_COUNT)
        for label, limit in STRENGTH_LIMITS.items():
            self._add(STRENGTH, label, amount=strength <= limit)


def _version(tensors: Tensors) -> str:
    return str(int(tensors[public.CATALOGUE_VERSION][0, 0]))


def _outcome(outcome: Outcome) -> str:
    if isinstance(outcome, InputError):
        return "invalid_argument"
    if isinstance(outcome, CatalogueChangingError):
        return "catalogue_changing"
    return "internal" if isinstance(outcome, AssortmentError) else "ok"


def _field(error: InputError) -> str:
    """The tensor that was wrong, of ``RULES.caps.brand`` RULES; a rule's name is the caller's own words."""
    name = error.field.partition(".")[0].partition("[")[0]
    return name if name in FIELDS else "other"
