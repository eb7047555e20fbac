"""What one run of the Model Analyzer tool is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assortment.errors import InputError
from perf.of_catalogue import OfCatalogue

TOOL: Final = "model_analyzer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(OfCatalogue):
    """Catalogue and input data."""

    queries: int = 50
    """Test queries that the input data is made of."""

    def __post_init__(self) -> None:
        if self.queries < 1:
            raise InputError("queries", self.queries, "allowed: 1 and above")

    @classmethod
    def quick(cls, **given: Any) -> Settings:
        """Five queries."""
        return cls(**{"queries": 5, **given})

    @property
    def folder(self) -> Path:
        """Where the outputs go."""
        return self.build / TOOL
