"""What one run of the recipes is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assortment.errors import InputError
from export.pruning.recovery import Recovery
from export.recipes import RECIPES
from perf.of_catalogue import OfCatalogue

TOOL: Final = "recipes"
NEEDED: Final = ("float32", "fused", "int8-smooth")
"""What others are held against, what operators are counted of, and what goes through the stack in 8 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipesSettings(OfCatalogue):
    """Catalogue and amounts of work."""

    endpoint: str = ""
    """host:port of a server that serves this catalogue; empty to start one."""
    recipes: tuple[str, ...] = tuple(RECIPES)
    """Of the query text encoder, float32, fused and int8-smooth among them."""
    recovery_steps: int = Recovery().steps
    """Of each pruned encoder."""
    blocks: int = 15
    """Rounds in which every recipe gets the same queries, one after the other."""
    block_queries: int = 40
    """Queries in a block."""
    queries: int = 100
    """That are held against PyTorch, and as many products."""

    def __post_init__(self) -> None:
        for field in ("blocks", "block_queries", "queries"):
            if getattr(self, field) < 1:
                raise InputError(field, getattr(self, field), "allowed: 1 and above")
        unknown = [name for name in self.recipes if name not in RECIPES]
        absent = [name for name in NEEDED if name not in self.recipes]
        if unknown or absent:
            raise InputError("recipes", unknown or self.recipes, f"allowed: {', '.join(RECIPES)}, and always {', '.join(NEEDED)}")

    @classmethod
    def quick(cls, **given: Any) -> RecipesSettings:
        """A run that shows that everything works, not figures to quote."""
        few = {"recipes": (*NEEDED, "pruned-int8"), "recovery_steps": 2}
        return cls(**{**few, "blocks": 2, "block_queries": 4, "queries": 8, **given})

    @property
    def folder(self) -> Path:
        """Of the results."""
        return self.build / TOOL
