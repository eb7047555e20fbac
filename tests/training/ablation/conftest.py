"""A generated shop, and the part of it that reports train on."""

from __future__ import annotations

import pytest

from assortment.catalogue.steps import generate
from assortment.paths import BuildPaths
from training.ablation import subset


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> BuildPaths:
    paths = BuildPaths(tmp_path_factory.mktemp("build") / "shop")
    generate(paths, products=1_000)
    return paths


@pytest.fixture(scope="session")
def part(whole: BuildPaths) -> BuildPaths:
    paths = BuildPaths(whole.root / "ablation")
    subset.cut(whole.catalogue, paths, products=800)
    return paths
