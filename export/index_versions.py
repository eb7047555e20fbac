"""The versions of a catalogue's index under ``index/``: which is the newest, which number comes next, which may go.

A number is never given twice: servers keep tables by it. So a version that was withdrawn keeps its name, marked, and what a
repository holds counts too.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Final

from assortment import artefacts, manifest
from assortment.paths import BuildPaths

WITHDRAWN: Final = ".withdrawn"


def finished(folder: Path) -> list[int]:
    """Versions that can be served, ascending."""
    return sorted(version for version in numbers(folder) if (folder / str(version) / manifest.FILENAME).is_file())


def withdrawn(folder: Path) -> list[int]:
    """Versions that were taken back, ascending."""
    marked = (path.name.removesuffix(WITHDRAWN) for path in folder.glob(f"*{WITHDRAWN}"))
    return sorted(int(name) for name in marked if name.isdecimal())


def newest(folder: Path) -> int | None:
    """The highest version that can be served."""
    return max(finished(folder), default=None)


def next_version(paths: BuildPaths) -> int:
    """The number of the version to make now."""
    in_repository = paths.model_repository.glob(f"*/{artefacts.CATALOGUES}")
    served = [*numbers(paths.model_repository / "scorer"), *(version for tables in in_repository for version in numbers(tables))]
    return max([*finished(paths.index), *withdrawn(paths.index), *served], default=0) + 1


def withdraw(folder: Path, version: int) -> None:
    """Marks a version as taken back."""
    shutil.rmtree(folder / f"{version}{WITHDRAWN}", ignore_errors=True)
    (folder / str(version)).rename(folder / f"{version}{WITHDRAWN}")


def prune(folder: Path, keep: Collection[int]) -> None:
    """Removes all versions but those to ``keep``, and of withdrawn ones all but the highest."""
    for version in finished(folder):
        if version not in keep:
            shutil.rmtree(folder / str(version))
    for version in withdrawn(folder)[:-1]:
        shutil.rmtree(folder / f"{version}{WITHDRAWN}")


def numbers(folder: Path) -> list[int]:
    """Names in a folder that are versions, ascending."""
    return sorted(int(path.name) for path in folder.glob("*") if path.name.isdecimal())
