"""What the settings of every tool that runs on a catalogue begin with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assortment.paths import BuildPaths


@dataclass(frozen=True, slots=True, kw_only=True)
class OfCatalogue:
    """Which catalogue, and where it lies."""

    catalogue: str = "generated"
    """Name of a catalogue that ``assortment demo`` or ``assortment assemble`` has made ready to serve."""
    build: Path = Path("build")
    """Folder of all outputs: the catalogue's, and the tool's own."""

    @property
    def paths(self) -> BuildPaths:
        """Folders of the catalogue."""
        return BuildPaths(self.build / self.catalogue)
