"""What tests of several rooms share: a small shop, trained and exported for real, and the real server serving it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from assortment.paths import BuildPaths

if TYPE_CHECKING:
    from deploy.local.server import LocalServer

SMALL = 640  # products: every type of the built-in catalogue, a minute of training and exporting


class Served(NamedTuple):
    """A running server and what it serves."""

    url: str
    """host:port of its gRPC door."""
    paths: BuildPaths
    ids: list[str]
    """Every product id, in catalogue order."""
    server: LocalServer
    """The server itself, for its canary and its other doors."""


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real product data beside the checkout; the test is skipped where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real product data at {folder}")
    return folder


@pytest.fixture(scope="session")
def small_build(tmp_path_factory: pytest.TempPathFactory) -> BuildPaths:
    """Every step of the pipeline on a few hundred products, trained just long enough to be better than chance.

    With a folder in ASSORTMENT_TEST_BUILD, what an earlier run left there is used as far as it is current.
    """
    from assortment.catalogue.steps import generate
    from assortment.protocol.steps import freeze
    from export.index_step import index
    from export.steps import assemble, export
    from training.settings import TrainingSettings
    from training.steps import train

    kept = os.environ.get("ASSORTMENT_TEST_BUILD")
    paths = BuildPaths((Path(kept) if kept else tmp_path_factory.mktemp("build")) / "small")
    generate(paths, products=SMALL)
    freeze(paths)
    train(paths, TrainingSettings(epochs=1, steps_per_epoch=10, scorer_steps=50, scorer_queries=100))
    export(paths)
    index(paths)
    assemble(paths)
    return paths


@pytest.fixture(scope="session")
def small_repository(small_build: BuildPaths) -> Path:
    """The assembled model repository of the small shop."""
    return small_build.model_repository


@pytest.fixture(scope="session")
def served(small_build: BuildPaths) -> Iterator[Served]:
    """The small shop on the real Triton server. Tests that end a process of the server start one of their own."""
    from assortment.catalogue.store import Catalogue
    from deploy.local.server import LocalServer

    ids = [product.id for product in Catalogue.open(small_build.catalogue).products]
    with LocalServer(small_build.model_repository) as server:
        yield Served(server.grpc_address, small_build, ids, server)
