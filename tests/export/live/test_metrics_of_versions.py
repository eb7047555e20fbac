"""Metrics while versions come and go on the real server: they name the version that answered, and retired ones leave the page."""

from __future__ import annotations

import re
import time
import urllib.request
from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest

from assortment.catalogue.offers import Offer
from assortment.catalogue.store import Catalogue
from assortment.contract import CATALOGUE_STEPS
from assortment.paths import BuildPaths
from assortment_client import SearchClient, SearchError, SearchRequest
from deploy.local.server import LocalServer
from export.live.publish import publish, rollback
from export.live.server import RunningServer
from export.refresh import refresh

pytestmark = [pytest.mark.slow, pytest.mark.triton]

_SECOND: Final = 1.1  # and a little, after which a step tells what it counted


def test_metrics_name_the_current_version_and_the_one_before(shop: BuildPaths, tmp_path: Path) -> None:
    products = Catalogue.open(shop.catalogue).products
    candidates = [product.id for product in products[:30]]
    with LocalServer(shop.model_repository, log=tmp_path / "tritonserver.log") as server:
        replica = RunningServer(url=server.grpc_address, headers=server.admin_key.headers())
        with SearchClient(server.grpc_address) as client:
            ask(client, candidates)
            assert versions(server) == {step: {"1"} for step in (*CATALOGUE_STEPS, "diversifier")}
            for version in (2, 3, 4):
                refresh(shop, {products[0].id: Offer(price=float(version))})
                assert publish(shop, [replica]).version == version
                ask(client, candidates)
                now, before = str(version), str(version - 1)
                assert versions(server) == {**{step: {now} for step in CATALOGUE_STEPS}, "diversifier": {now, before}}
                succeeded = series(server, "nv_inference_request_success")
                assert all({"model": step, "version": now} in succeeded for step in CATALOGUE_STEPS)
                assert set(served(server).values()) == {version}
            assert rollback(shop, [replica]).version == 3
            ask(client, candidates)
            assert versions(server)["text_search"] == {"3"}
            assert versions(server)["diversifier"] == {"3", "4"}
            pages = [of["catalogue_version"] for of in series(server, "assortment_pages_total")]
            assert set(pages) == {"3", "4"}
            empty = {of["catalogue_version"] for of in series(server, "assortment_requests_total") if of["model"] == "fusion"}
            assert empty == {""}


def ask(client: SearchClient, candidates: list[str]) -> None:
    """Every ensemble, until each instance of each step has told the server what it counted."""
    asked = [SearchRequest(query="blue shoes", **more) for more in ({}, {"candidates": candidates}, {"image": PICTURE})]
    for _ in range(3):
        for request in asked * 8:
            answer(client, request)
        time.sleep(_SECOND)


def answer(client: SearchClient, request: SearchRequest) -> None:
    """One answer; what a busy machine sheds is sent again."""
    for _ in range(100):
        try:
            client.send(request)
        except SearchError as error:
            if not error.retryable:
                raise
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server sheds everything")


PICTURE: Final = bytes.fromhex(  # a GIF of one pixel
    "47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b"
)


def page(server: LocalServer) -> str:
    with urllib.request.urlopen(f"http://{server.metrics_address}/metrics") as told:
        text: str = told.read().decode()
    return text


def series(server: LocalServer, name: str) -> list[dict[str, str]]:
    """The labels of each series of a metric."""
    found = re.findall(rf"^{name}\{{(.*)\}} ", page(server), re.MULTILINE)
    return [dict(re.findall(r'(\w+)="(.*?)"', labels)) for labels in found]


def served(server: LocalServer) -> dict[str, float]:
    """The gauge that models share with their predecessors, which ended: by model."""
    found = re.findall(r'^assortment_catalogue_version\{model="(\w+)"\} (\S+)$', page(server), re.MULTILINE)
    assert {"text_search", "diversifier"} <= {model for model, _ in found}
    return {model: float(value) for model, value in found}


def versions(server: LocalServer) -> dict[str, set[str]]:
    """The catalogue versions that the page names, by the steps that know them."""
    named: defaultdict[str, set[str]] = defaultdict(set)
    for of in series(server, "assortment_requests_total"):
        if of["catalogue_version"]:
            named[of["model"]].add(of["catalogue_version"])
    return dict(named)
