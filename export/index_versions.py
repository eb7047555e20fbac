"""The versions of a catalogue's index under ``index/``: which is the newest, which number comes next, which may go.

A number is never given twice: servers keep tables by it. So a version that was withdrawn keeps its name, marked.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from assortment import manifest
from assortment.serving.catalogue_tables import KEPT_VERSIONS

WITHDRAWN: Final = ".withdrawn"


def finished(folder: Path) -> list[int]:
    """Versions that can be served, ascending."""
    return sorted(int(path.name) for path in folder.glob("*") if path.name.isdecimal() and (path / manifest.FILENAME).is_file())


def withdrawn(folder: Path) -> list[int]:
    """Versions that were taken back, ascending."""
    marked = (path.name.removesuffix(WITHDRAWN) for path in folder.glob(f"*{WITHDRAWN}"))
    return sorted(int(name) for name in marked if name.isdecimal())


def newest(folder: Path) -> int | None:
    """The highest version that can be served."""
    return max(finished(folder), default=None)


def next_version(folder: Path) -> int:
    """The number of the version to make now."""
    return max([*finished(folder), *withdrawn(folder)], default=0) + 1


def withdraw(folder: Path, version: int) -> None:
    """Marks a version as taken back."""
    shutil.rmtree(folder / f"{version}{WITHDRAWN}", ignore_errors=True)
    (folder / str(version)).rename(folder / f"{version}{WITHDRAWN}")


def prune(folder: Path) -> list[int]:
    """Removes all but the newest versions, and of withdrawn ones all but the highest; returns the numbers that are gone."""
    older = finished(folder)[:-KEPT_VERSIONS]
    gone = withdrawn(folder)[:-1]
    for name in [*map(str, older), *(f"{version}{WITHDRAWN}" for version in gone)]:
        shutil.rmtree(folder / name)
    return sorted([*older, *gone])
