"""A new catalogue version is published to both replicas under load: no call fails, and afterwards all answers are of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assortment.catalogue.offers import Offer
from assortment.catalogue.store import Catalogue
from assortment.paths import BuildPaths
from export.live.publish import publish
from export.live.server import RunningServer
from export.refresh import refresh
from perf.faults.replicas import Replica
from perf.faults.steady import SteadyLoad
from perf.faults.table import FaultTable, failed, shed

pytestmark = [pytest.mark.slow, pytest.mark.triton]

QUERIES = ["red shoes", "blue shirt", "green lamp", "jacket"]
QUIET_S = 3.0
MOST_SHED = 0.1


def test_no_call_fails_while_the_catalogue_changes(small_build: BuildPaths, table: FaultTable, tmp_path: Path) -> None:
    shop = BuildPaths(tmp_path / "shop")
    for name in ("catalogue", "protocol", "export", "index", "model_repository"):
        shutil.copytree(getattr(small_build, name), getattr(shop, name))
    replicas = [Replica(shop.model_repository, tmp_path / name) for name in ("one", "other")]
    try:
        for replica in replicas:
            replica.start()
        before = max(int(folder.name) for folder in shop.index.iterdir() if folder.name.isdigit())
        products = Catalogue.open(shop.catalogue).products
        refresh(shop, {product.id: Offer(price=1.0 + place % 90) for place, product in enumerate(products)})
        running = [RunningServer(url=each.address, headers=each.server.admin_key.headers()) for each in replicas]
        with SteadyLoad([replica.address for replica in replicas], QUERIES) as load:
            with load.window(QUIET_S) as quiet:
                pass
            with load.window() as hit:
                version = publish(shop, running).version
            with load.window(QUIET_S) as afterwards:
                pass
    finally:
        for replica in replicas:
            replica.server.stop()
    table.add("catalogue swapped on both", quiet.calls, hit.calls)
    assert not [repr(one.error) for one in failed(load.outcomes)]
    assert sum(map(shed, load.outcomes)) <= MOST_SHED * len(load.outcomes)
    assert {one.version for one in quiet.calls if not one.error} == {before}
    assert {one.version for one in hit.calls if not one.error} <= {before, version}
    assert {one.version for one in afterwards.calls if not one.error} == {version}
    assert {one.endpoint for one in afterwards.calls if not one.error} == {replica.address for replica in replicas}
