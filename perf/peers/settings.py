"""What one run against the peers is asked to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assortment.errors import InputError
from assortment.paths import BuildPaths

REQUESTS_BEHIND_P99: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PeersSettings:
    """Shops, clients and amounts of work. Every side gets the same queries in the same order."""

    catalogue: str = "generated"
    """Name of a trained and indexed catalogue; its shop is resized to each of ``products``."""
    build: Path = Path("build")
    """Where it lies, and where the resized ones go."""
    products: Sequence[int] = (1_000, 40_000, 400_000)
    """Sizes of the shop."""
    clients: Sequence[int] = (1, 4, 16, 64)
    """Clients that each keep one request at a server."""
    requests: int = REQUESTS_BEHIND_P99
    """Requests to each side for each size and number of clients; a p99 is told only from 2,000 on."""
    rounds: int = 5
    """Turns that they are divided into: in each, every side has one block."""
    cell_s: float = 0.0
    """Seconds after which a size and number of clients is given up for the next, at the end of a round; 0 for none."""
    num_cores: int = 2
    """Cores that all sides and the load generator share."""
    k: int = 10
    """Products of a page."""
    more: bool = False
    """Whether to go on with the results that are there: what they have is not measured again."""

    def __post_init__(self) -> None:
        for field in ("requests", "rounds", "num_cores", "k"):
            if getattr(self, field) < 1:
                raise InputError(field, getattr(self, field), "allowed: 1 and above")
        for field in ("products", "clients"):
            if not getattr(self, field) or min(getattr(self, field)) < 1:
                raise InputError(field, list(getattr(self, field)), "allowed: at least one number, 1 and above each")
        if self.cell_s < 0:
            raise InputError("cell_s", self.cell_s, "allowed: 0 and above")

    @classmethod
    def quick(cls, **given: object) -> PeersSettings:
        """For a look, and for tests: one small shop, a second or two for a block."""
        return cls(**{"products": (1_000,), "clients": (1, 4), "requests": 60, "rounds": 2, **given})  # type: ignore[arg-type]

    @property
    def shop(self) -> BuildPaths:
        """The shop to resize."""
        return BuildPaths(self.build / self.catalogue)

    @property
    def alike(self) -> dict[str, object]:
        """What all cells of one table have in common, for ``summary.json``."""
        return {"catalogue": self.catalogue, "cores": self.num_cores, "k": self.k}

    @property
    def folder(self) -> Path:
        """Where the results go."""
        return self.build / "peers"

    def resized(self, products: int) -> str:
        """Name of the shop of so many products."""
        return f"{self.catalogue}-{products}"
