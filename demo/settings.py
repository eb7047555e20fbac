"""What one run of the demo is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from assortment.errors import InputError
from assortment.paths import BuildPaths

CATALOGUES: Final = ("generated", "fashion", "luma", "icecat", "grocery")
"""All but the first are imported by the reader of the same name."""
K: Final = 10
"""Every measure and every list of the demo is cut here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """Catalogue, folders and sizes of a run; ``standard`` and ``quick`` are the two presets."""

    catalogue: str = "generated"
    """One of CATALOGUES."""
    data: Path | None = None
    """Folder of the raw files; needed by every catalogue but the generated one."""
    build: Path = Path("build")
    """Every output lies below it."""
    quick: bool = False
    """A reduced run for continuous integration: the same steps on the same real server, with figures that mean nothing."""
    products: int = 6_400
    """Products of the generated catalogue."""
    limit: int | None = None
    """Read at most this many products of an imported catalogue; None reads all."""
    training: Mapping[str, Any] = field(default_factory=dict)
    """Changes to the training's own settings for this catalogue."""
    requests: int = 2_000
    """Sequential requests behind the latency percentiles."""
    sweep: tuple[float, ...] = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
    """Values of ``diversity`` in the relevance-diversity plot, ascending; closer where the choice is made."""

    def __post_init__(self) -> None:
        if self.catalogue not in CATALOGUES:
            raise InputError("--catalogue", self.catalogue, f"allowed: {', '.join(CATALOGUES)}")
        if self.catalogue != "generated" and self.data is None:
            raise InputError("--data", None, f"the {self.catalogue} catalogue is imported: give the folder of its raw files")
        if self.data is not None and not self.data.is_dir():
            raise InputError("--data", str(self.data), "it must be an existing folder")
        if any(not 0.0 <= value <= 1.0 for value in self.sweep):
            raise InputError("sweep", self.sweep, "diversity lies between 0 and 1")

    @property
    def root(self) -> Path:
        """``build``, or ``build/quick`` so that a reduced run never stands where a full one is looked for."""
        return self.build / "quick" if self.quick else self.build

    @property
    def paths(self) -> BuildPaths:
        """Folders of the catalogue's steps."""
        return BuildPaths(self.root / self.catalogue)

    @property
    def folder(self) -> Path:
        """Where the report and the summary of the latest run lie, whatever the catalogue."""
        return self.root / "demo"

    @property
    def kept(self) -> Path:
        """Where this catalogue's own report and summary stay when another catalogue is run."""
        return self.paths.root / "demo"


def standard(*, catalogue: str = "generated", data: Path | None = None, build: Path = Path("build")) -> DemoSettings:
    """The full demo."""
    return DemoSettings(catalogue=catalogue, data=data, build=build)


def quick(*, catalogue: str = "generated", data: Path | None = None, build: Path = Path("build")) -> DemoSettings:
    """The reduced demo: a small catalogue, a few training steps, fewer requests; still the real server."""
    return DemoSettings(
        catalogue=catalogue,
        data=data,
        build=build,
        quick=True,
        products=800,
        limit=800,
        training={"epochs": 1, "steps_per_epoch": 10, "scorer_steps": 30, "scorer_queries": 100},
        requests=300,
        sweep=(0.0, 0.2, 0.5, 1.0),
    )
