"""Which versions of a catalogue there are, and which one is served."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from assortment import manifest
from assortment.paths import BuildPaths
from export import index_versions
from export.index_versions import WITHDRAWN
from export.live.repository import LiveRepository

_COLUMNS: Final = ("version", "state", "made", "products", "new", "removed", "changed", "refreshed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a catalogue's index."""

    version: int
    state: str
    """current, previous, new (not published yet), older, or withdrawn."""
    made: str
    """When its index was finished, local time."""
    results: dict[str, Any]
    """What its manifest tells."""

    def row(self) -> dict[str, Any]:
        """For JSON."""
        told = ("products", "new", "removed", "changed", "refreshed", "reused")
        return {
            "version": self.version,
            "state": self.state,
            "made": self.made,
            **{name: self.results[name] for name in told if name in self.results},
        }


def versions(paths: BuildPaths) -> list[Version]:
    """Every version that is there, the newest first."""
    served = LiveRepository.of(paths).versions() if (paths.model_repository / manifest.FILENAME).is_file() else []
    found = [
        *(_version(paths.index / str(number), number, _state(number, served)) for number in index_versions.finished(paths.index)),
        *(
            _version(paths.index / f"{number}{WITHDRAWN}", number, "withdrawn")
            for number in index_versions.withdrawn(paths.index)
        ),
    ]
    return sorted(found, key=lambda version: -version.version)


def table(found: list[Version]) -> Table:
    """For a terminal."""
    shown = Table()
    for name in _COLUMNS:
        shown.add_column(name, justify="left" if name in ("state", "made") else "right")
    for version in found:
        row = version.row()
        shown.add_row(*(_cell(row.get(name)) for name in _COLUMNS))
    return shown


def _state(number: int, served: list[int]) -> str:
    if number not in served:
        return "new" if not served or number > served[-1] else "older"
    return "current" if number == served[-1] else "previous"


def _version(folder: Path, number: int, state: str) -> Version:
    made = datetime.datetime.fromtimestamp((folder / manifest.FILENAME).stat().st_mtime)
    return Version(
        version=number, state=state, made=made.isoformat(sep=" ", timespec="seconds"), results=manifest.read(folder).results
    )


def _cell(value: object) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
