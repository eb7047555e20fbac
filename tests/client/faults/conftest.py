"""Two real servers and the table of what happened to the callers of them; figures go to build/client_faults/ and the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from assortment.paths import BuildPaths
from perf.faults.replicas import Replica, all_up, text_only
from perf.faults.table import FaultTable

FIGURES = Path(__file__).parents[3] / "build" / "client_faults"


@pytest.fixture(scope="session")
def text_repository(small_build: BuildPaths, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small shop's repository, with the models of a search by words alone."""
    return text_only(small_build.model_repository, tmp_path_factory.mktemp("text") / "model_repository")


@pytest.fixture(scope="session")
def both(text_repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Replica]]:
    before = traces()
    made = [Replica(text_repository, tmp_path_factory.mktemp("replica")) for _ in range(2)]
    yield made
    for replica in made:
        replica.server.stop()
    assert traces() <= before


@pytest.fixture
def replicas(both: list[Replica]) -> list[Replica]:
    """Both of them, up, whatever the test before did to them."""
    all_up(both)
    return both


@pytest.fixture(scope="session")
def table(pytestconfig: pytest.Config) -> Iterator[FaultTable]:
    """Filled by the tests; printed and written when they are done."""
    made = FaultTable()
    yield made
    made.write(FIGURES)
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        made.show(Console(width=130))


def traces() -> set[Path]:
    """Shared memory that servers of this process are behind."""
    return set(Path("/dev/shm").glob(f"assortment-{os.getpid()}-*"))
