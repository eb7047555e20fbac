"""What the Python steps count, for the server's Prometheus page. docs/metrics.md says how to read it; a test holds both alike.

Plain Python: ``triton_metrics`` hands what is counted here to Triton. Labels take few values: models, outcomes, the names of the
contract's fields, stages, bucket limits; nothing that a caller writes becomes one.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from assortment import artefacts
from assortment.contract import ENSEMBLES
from assortment.errors import AssortmentError, CatalogueChangingError, InputError
from assortment.serving.step import Outcome, Tensors
from assortment_client import contract as public

CANARY: Final = public.CANARY_REQUEST_ID
"""Request id of a canary's requests; they are no pages that somebody looked at."""
CANARY_PASSED: Final = "assortment-canary-passed"
"""Request id of the last one, sent when all others were answered."""


@dataclass(frozen=True, slots=True, eq=False)  # compared and hashed as the one object it is: it keys what is counted
class Family:
    """One metric, with a series for each combination of its labels."""

    name: str
    kind: Literal["counter", "gauge"]
    labels: tuple[str, ...]
    help: str


REQUESTS: Final = Family("assortment_requests_total", "counter", ("model", "outcome"), "Requests that reached a step")
INVALID: Final = Family("assortment_invalid_requests_total", "counter", ("model", "field"), "Refused requests by the wrong field")
PAGES: Final = Family("assortment_pages_total", "counter", (), "Pages of results, canaries left out")
SHORT_PAGES: Final = Family("assortment_short_pages_total", "counter", (), "Pages that a rule left shorter than asked")
RESULTS: Final = Family("assortment_results_total", "counter", (), "Results on those pages")
CANDIDATES: Final = Family("assortment_candidates_total", "counter", ("stage",), "Products those pages were chosen from")
STRENGTH: Final = Family("assortment_diversity_strength_bucket", "counter", ("le",), "Pages by the strength used, cumulative")
STRENGTH_SUM: Final = Family("assortment_diversity_strength_sum", "counter", (), "Sum of the strengths used")
STRENGTH_COUNT: Final = Family("assortment_diversity_strength_count", "counter", (), "Number of them")
STAGE_US: Final = Family("assortment_stage_duration_us", "counter", ("stage",), "Time in a stage of a model")
VERSION: Final = Family("assortment_catalogue_version", "gauge", ("model",), "Catalogue version last answered from")
PUBLISHED: Final = Family("assortment_catalogue_published_timestamp_seconds", "gauge", ("model",), "When it was put in place")
AGE: Final = Family("assortment_catalogue_age_seconds", "gauge", ("model",), "How long ago that was at the last answer")
CANARY_PASSED_AT: Final = Family("assortment_canary_last_success_timestamp_seconds", "gauge", (), "When a canary last passed")
FAMILIES: Final = (
    *(REQUESTS, INVALID, PAGES, SHORT_PAGES, RESULTS, CANDIDATES),
    *(STRENGTH, STRENGTH_SUM, STRENGTH_COUNT, STAGE_US, VERSION, PUBLISHED, AGE, CANARY_PASSED_AT),
)

Series = tuple[Family, tuple[str, ...]]
"""A family and the values of its labels."""

OUTCOMES: Final = ("ok", "invalid_argument", "catalogue_changing", "internal")
FIELDS: Final = (*dict.fromkeys(tensor.name for model in ENSEMBLES.values() for tensor in model.inputs), "batch", "other")
STRENGTH_LIMITS: Final = {**{f"{limit:g}": limit for limit in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)}, "+Inf": math.inf}


class StepMetrics:
    """Counts what one instance of a model does, until ``triton_metrics`` takes it."""

    def __init__(self, model: str, *, catalogues: Path | None = None) -> None:
        """Starts at zero.

        Args:
            model: its name.
            catalogues: its folder of ``<version>/`` folders, when it has one.
        """
        self._model = model
        self._catalogues = catalogues
        self._published: dict[int, float] = {}
        self.increments: defaultdict[Series, float] = defaultdict(float, {(REQUESTS, (model, told)): 0.0 for told in OUTCOMES})
        """What to add to each counter."""
        self.levels: dict[Series, float] = {}
        """What to set each gauge to."""

    def count(self, request: Tensors, outcome: Outcome, *, request_id: str) -> None:
        """Counts one request by what became of it."""
        self.increments[REQUESTS, (self._model, _outcome(outcome))] += 1
        if isinstance(outcome, InputError):
            self.increments[INVALID, (self._model, _field(outcome))] += 1
        if isinstance(outcome, AssortmentError):
            return
        if self._catalogues and public.CATALOGUE_VERSION in outcome:
            self.serves(int(outcome[public.CATALOGUE_VERSION][0, 0]))
        if public.ID in outcome:
            if request_id == CANARY_PASSED:
                self.levels[CANARY_PASSED_AT, ()] = time.time()
            if request_id not in (CANARY, CANARY_PASSED):
                self._count_page({**request, **outcome})

    def serves(self, version: int) -> None:
        """Notes the catalogue version that is being answered from."""
        assert self._catalogues
        if version not in self._published:
            index = self._catalogues / str(version) / artefacts.INDEX
            self._published[version] = index.stat().st_mtime if index.is_file() else math.nan
        published, labels = self._published[version], (self._model,)
        self.levels.update({(VERSION, labels): version, (PUBLISHED, labels): published, (AGE, labels): time.time() - published})

    def count_stages(self, stages: Sequence[str]) -> Callable[[Sequence[int]], None]:
        """A function that counts the nanoseconds of each of ``stages``, given them after a batch."""
        series: list[Series] = [(STAGE_US, (stage,)) for stage in stages]

        def count(nanoseconds: Sequence[int]) -> None:
            for one, duration_ns in zip(series, nanoseconds, strict=True):
                self.increments[one] += duration_ns / 1_000

        return count

    def _count_page(self, page: Tensors) -> None:
        """Counts what was shown; ``page`` has the diversifier's inputs and outputs."""
        increments, strength = self.increments, float(page["STRENGTH"][0, 0])
        increments[PAGES, ()] += 1
        increments[SHORT_PAGES, ()] += bool(page[public.UNMET][0, 0])
        increments[RESULTS, ()] += page[public.ID].shape[1]
        increments[CANDIDATES, ("scored",)] += int(np.count_nonzero(page["ROW"] >= 0))
        increments[CANDIDATES, ("after_rules",)] += int(page["NUM_CANDIDATES"][0, 0])
        increments[STRENGTH_SUM, ()] += strength
        increments[STRENGTH_COUNT, ()] += 1
        for label, limit in STRENGTH_LIMITS.items():
            increments[STRENGTH, (label,)] += strength <= limit


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
