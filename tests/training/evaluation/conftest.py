import pytest

from assortment.paths import BuildPaths


@pytest.fixture(scope="module")
def shop(small_build: BuildPaths, tmp_path_factory: pytest.TempPathFactory) -> BuildPaths:
    """The small shop under a folder of its own, where reports may be written."""
    root = tmp_path_factory.mktemp("build") / "small"
    root.mkdir()
    for name in ("catalogue", "protocol", "features", "export", "index"):
        (root / name).symlink_to(small_build.root / name)
    return BuildPaths(root)
