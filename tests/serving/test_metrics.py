"""What the steps count, and that the page of docs/metrics.md, the code and the real server's metrics page name the same."""

from __future__ import annotations

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
from assortment.serving.metrics import StepMetrics
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
        "NUM_CANDIDATES": np.array([[5]]),
    }


_REQUEST: Tensors = {"ROW": np.array([[4, 2, 9, 7, 1, 3, -1, -1]], dtype=np.int32)}


def test_outcomes_and_wrong_fields_are_counted() -> None:
    counted = StepMetrics("diversifier")
    for field in ("RULES.caps.brand", "RULES.pinned[3]", "K", "jo@mail.example"):
        counted.count(_REQUEST, InputError(field, 1, "allowed: less"), request_id="")
    counted.count(_REQUEST, CatalogueChangingError("catalogue changing"), request_id="")
    counted.count(_REQUEST, AssortmentError("broken"), request_id="")
    counted.count(_REQUEST, _page(), request_id="")
    by_outcome = {labels[1]: n for (family, labels), n in counted.increments.items() if family is metrics.REQUESTS}
    assert by_outcome == {"ok": 1, "invalid_argument": 4, "catalogue_changing": 1, "internal": 1}
    by_field = {labels[1]: n for (family, labels), n in counted.increments.items() if family is metrics.INVALID}
    assert by_field == {"RULES": 2, "K": 1, "other": 1}


def test_pages_are_counted_and_a_canary_is_none() -> None:
    counted = StepMetrics("diversifier")
    for request_id in ("", "a caller's own", metrics.CANARY, metrics.CANARY_PASSED):
        counted.count(_REQUEST, _page(strength=0.25, unmet=b"3 of 9: 2 excluded"), request_id=request_id)
    increments = counted.increments
    assert increments[metrics.PAGES, ()] == increments[metrics.SHORT_PAGES, ()] == increments[metrics.STRENGTH_COUNT, ()] == 2
    assert increments[metrics.RESULTS, ()] == 6
    assert increments[metrics.CANDIDATES, ("scored",)] == 12
    assert increments[metrics.CANDIDATES, ("after_rules",)] == 10
    assert increments[metrics.STRENGTH_SUM, ()] == 0.5
    buckets = [increments[metrics.STRENGTH, (limit,)] for limit in ("0", "0.2", "0.3", "1", "+Inf")]
    assert buckets == [0, 0, 2, 2, 2]
    assert counted.levels[metrics.CANARY_PASSED_AT, ()] == pytest.approx(time.time(), abs=60)


def test_the_version_answered_from_and_its_age(catalogues: Path) -> None:
    counted = StepMetrics("diversifier", catalogues=catalogues)
    for version in (2, 1):
        counted.count(_REQUEST, _page(version), request_id="")
        assert counted.levels[metrics.VERSION, ("diversifier",)] == version
    published = counted.levels[metrics.PUBLISHED, ("diversifier",)]
    assert published == (catalogues / "1" / "index.json").stat().st_mtime
    assert counted.levels[metrics.AGE, ("diversifier",)] == pytest.approx(time.time() - published, abs=60)


def test_the_page_of_the_documentation_is_complete() -> None:
    page = (_ROOT / "docs" / "metrics.md").read_text()
    table = re.findall(r"^\| `(assortment_\w+)` \| (\w+) \| (.*?) ?\| ", page, re.MULTILINE)
    told = [(name, kind, tuple(re.findall(r"`(\w+)`", labels))) for name, kind, labels in table]
    assert told == [(family.name, family.kind, family.labels) for family in metrics.FAMILIES]


@pytest.mark.triton
def test_the_real_server_shows_them_all(ask: Callable[..., Any], server: LocalServer) -> None:
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
    values = {(name, shown): float(value) for name, shown, value in series}
    assert values["assortment_requests_total", 'model="text_search",outcome="ok"'] >= 8
    assert values["assortment_invalid_requests_total", 'field="RULES",model="text_search"'] >= 8
    assert values["assortment_pages_total", ""] >= 8
    assert values["assortment_catalogue_version", 'model="text_search"'] == 1
    assert time.time() - values["assortment_canary_last_success_timestamp_seconds", ""] < 600
    assert "mail" not in text
