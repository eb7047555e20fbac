"""What the steps count, and that the page of docs/metrics.md, the code and the real server's metrics page name the same."""

from __future__ import annotations

import os
import re
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tritonclient.utils import InferenceServerException

from assortment.errors import AssortmentError, CatalogueChangingError, InputError
from assortment.serving import metrics
from assortment.serving.catalogue_tables import newest
from assortment.serving.metrics import Family, StepMetrics
from assortment.serving.request import SearchRequest
from assortment.serving.step import Tensors, strings
from deploy.local.server import LocalServer

_ROOT = Path(__file__).parents[2]


def _page(version: int = 2, *, results: int = 3, strength: float = 0.25, unmet: bytes = b"") -> Tensors:
    return {
        "ID": strings([b"x"] * results),
        "UNMET": strings([unmet]),
        "CATALOGUE_VERSION": np.array([[version]], dtype=np.int64),
        "STRENGTH": np.array([[strength]]),
        "NUM_SCORED": np.array([[6]]),
        "NUM_CANDIDATES": np.array([[5]]),
    }


def _asked(version: int) -> Tensors:
    return {"CATALOGUE_VERSION": np.array([[version]], dtype=np.int64)}


_REQUEST: Tensors = {"ROW": np.array([[4, 2, 9, 7, 1, 3, -1, -1]], dtype=np.int32)}


def _of(counted: StepMetrics, family: Family, version: str) -> dict[tuple[str, ...], float]:
    """What was counted of a version, by the labels that are the family's own."""
    ends = (version, str(os.getpid()))
    return {labels[:-2]: n for (of, labels), n in counted.increments.items() if of is family and labels[-2:] == ends}


def test_outcomes_and_wrong_fields_are_counted() -> None:
    counted = StepMetrics("diversifier", version=2)
    for field in ("RULES.caps.brand", "RULES.pinned[3]", "K", "jo@mail.example"):
        counted.count(_REQUEST, InputError(field, 1, "allowed: less"), request_id="")
    counted.count(_REQUEST, CatalogueChangingError("catalogue changing"), request_id="")
    counted.count(_REQUEST, AssortmentError("broken"), request_id="")
    counted.count(_REQUEST, _page(), request_id="")
    by_outcome = {outcome: n for (_, outcome), n in _of(counted, metrics.REQUESTS, "2").items()}
    assert by_outcome == {"ok": 1, "invalid_argument": 4, "catalogue_changing": 1, "internal": 1}
    by_field = {field: n for (_, field), n in _of(counted, metrics.INVALID, "2").items()}
    assert by_field == {"RULES": 2, "K": 1, "other": 1}


def test_pages_are_counted_and_a_canary_is_none() -> None:
    counted = StepMetrics("diversifier", version=2)
    for request_id in ("", "a caller's own", metrics.CANARY, metrics.CANARY_PASSED):
        counted.count(_REQUEST, _page(strength=0.25, unmet=b"3 of 9: 2 excluded"), request_id=request_id)
    for family in (metrics.PAGES, metrics.SHORT_PAGES, metrics.STRENGTH_COUNT):
        assert _of(counted, family, "2") == {(): 2}
    assert _of(counted, metrics.RESULTS, "2") == {(): 6}
    assert _of(counted, metrics.CANDIDATES, "2") == {("scored",): 12, ("after_rules",): 10}
    assert _of(counted, metrics.STRENGTH_SUM, "2") == {(): 0.5}
    buckets = _of(counted, metrics.STRENGTH, "2")
    assert [buckets[limit,] for limit in ("0", "0.2", "0.3", "1", "+Inf")] == [0, 0, 2, 2, 2]
    assert counted.levels[metrics.CANARY_PASSED_AT, ("2", str(os.getpid()))] == pytest.approx(time.time(), abs=60)


def test_the_version_answered_from_and_its_age(catalogues: Path) -> None:
    counted = StepMetrics("diversifier", catalogues=catalogues)
    for version in (2, 1):
        counted.count(_REQUEST, _page(version), request_id="")
        assert counted.levels[metrics.VERSION, ("diversifier",)] == version
    published = counted.levels[metrics.PUBLISHED, ("diversifier",)]
    assert published == (catalogues / "1" / "index.json").stat().st_mtime
    assert counted.levels[metrics.AGE, ("diversifier",)] == pytest.approx(time.time() - published, abs=60)


def test_the_age_goes_on_where_answers_name_no_version(catalogues: Path) -> None:
    counted = StepMetrics("prepare", version=2, catalogues=catalogues)
    counted.levels.clear()
    counted.count({}, {"TOKEN_IDS": np.zeros((1, 3), dtype=np.int64)}, request_id="")
    assert counted.levels[metrics.VERSION, ("prepare",)] == 2
    assert (metrics.AGE, ("prepare",)) in counted.levels


def test_what_is_counted_names_the_version_that_answered() -> None:
    counted = StepMetrics("diversifier", version=1)
    refused = InputError("RULES.caps.brand", 1, "allowed: less")
    for version in (1, 2, 1, 2):  # a swap: the last requests of the version before come late
        counted.count({**_REQUEST, **_asked(version)}, _page(version), request_id="")
    counted.count({**_REQUEST, **_asked(1)}, refused, request_id="")
    counted.count({**_REQUEST, **_asked(7)}, refused, request_id="")  # nothing answers from 7
    assert counted.kept == ["1", "2"]
    assert _of(counted, metrics.PAGES, "1") == _of(counted, metrics.PAGES, "2") == {(): 2}
    for version in ("1", "2"):
        assert _of(counted, metrics.INVALID, version) == {("diversifier", "RULES"): 1}


def test_the_current_version_and_the_one_before_are_kept() -> None:
    counted = StepMetrics("diversifier", version=1)
    for version in range(2, 9):
        counted.count(_REQUEST, _page(version), request_id="")
        assert counted.kept == [str(version - 1), str(version)]
    counted.count(_REQUEST, _page(7), request_id="")  # rolled back
    assert counted.kept == ["8", "7"]


def test_a_step_that_knows_no_catalogue_names_none() -> None:
    counted = StepMetrics("fusion")
    counted.count({}, {}, request_id="")
    assert _of(counted, metrics.REQUESTS, "")["fusion", "ok"] == 1
    assert not counted.levels


def test_the_page_of_the_documentation_is_complete() -> None:
    page = (_ROOT / "docs" / "metrics.md").read_text()
    table = re.findall(r"^\| `(assortment_\w+)` \| (\w+) \| (.*?) ?\| ", page, re.MULTILINE)
    told = [(name, kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels in table]
    assert told == [(family.name, family.kind, family.labels) for family in metrics.FAMILIES]


@pytest.mark.triton
def test_the_real_server_shows_them_all(ask: Callable[..., Any], server: LocalServer, repository: Path) -> None:
    server.canary()
    for _ in range(2):  # each instance tells, with its next batch, what it counted
        for _ in range(4):
            ask(SearchRequest(query="blue shoes", k=5))
            with pytest.raises(InferenceServerException, match="INVALID_ARGUMENT"):
                ask(SearchRequest(query="blue shoes", rules='{"jo@mail.example": 1}'))
        time.sleep(1.1)
    server.canary()
    with urllib.request.urlopen(f"http://{server.metrics_address}/metrics") as page:
        text = page.read().decode()
    kinds = dict(re.findall(r"^# TYPE (assortment_\w+) (\w+)$", text, re.MULTILINE))
    assert kinds == {family.name: family.kind for family in metrics.FAMILIES}
    series = re.findall(r"^(assortment_\w+)(?:\{(.*)\})? (\S+)$", text, re.MULTILINE)
    assert {name for name, _, _ in series} == set(kinds)
    for family in metrics.FAMILIES:
        labels = {tuple(sorted(re.findall(r'(\w+)="', shown))) for name, shown, _ in series if name == family.name}
        assert labels == {tuple(sorted(family.labels))}
    version = newest(repository / "scorer").name
    answered = f'catalogue_version="{version}"'
    assert total(text, "assortment_requests_total", 'model="text_search"', 'outcome="ok"', answered) >= 8
    assert total(text, "assortment_invalid_requests_total", 'field="RULES"', 'model="text_search"') >= 8
    assert total(text, "assortment_pages_total", answered) >= 8
    assert total(text, "assortment_catalogue_version", 'model="text_search"') == int(version)
    passed = [float(value) for name, _, value in series if name == "assortment_canary_last_success_timestamp_seconds"]
    assert time.time() - max(passed) < 600
    assert "mail" not in text


def total(page: str, name: str, *labels: str) -> float:
    """The sum of the series of a metric that have all these labels."""
    series = re.findall(rf"^{name}\{{(.*)\}} (\S+)$", page, re.MULTILINE)
    return sum(float(value) for shown, value in series if set(labels) <= set(shown.split(",")))
