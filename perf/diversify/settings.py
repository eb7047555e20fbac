"""What one run of the diversify bench is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assortment.errors import InputError

MIN_REPETITIONS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DiversifySettings:
    """Shapes and amounts of work."""

    build: Path = Path("build")
    """Folder of all outputs."""
    seed: int = 7
    """Of the candidates."""
    num_candidates: tuple[int, ...] = (100, 500, 1000, 2000)
    """N, ascending."""
    lengths: tuple[int, ...] = (10, 50, 100)
    """k, ascending."""
    dims: tuple[int, ...] = (256, 384)
    """D, ascending; the plot and the terminal show the last one."""
    diversity: float = 0.5
    """The strength a peer is given; ours is the one of the same selection, and of this value where there is no peer."""
    num_sets: int = 5
    """Sets of candidates a shape; repetitions take turns, so that no lucky set decides."""
    repetitions: int = 15
    """Timed calls of each contender, unless ``cap_s`` ends them earlier."""
    cap_s: float = 3.0
    """Seconds that one contender may take for one shape; the call that passes it is its last one."""
    full: bool = False
    """Time slow peers at every N, not only where they need seconds."""

    def __post_init__(self) -> None:
        for field in ("num_candidates", "lengths", "dims"):
            values = getattr(self, field)
            if not values or min(values) < 1 or list(values) != sorted(set(values)):
                raise InputError(field, values, "allowed: whole numbers from 1, ascending")
        if not 0.0 < self.diversity < 1.0:
            raise InputError("diversity", self.diversity, "allowed: between 0 and 1; at both ends some pairs do not correspond")
        if self.num_sets < 1:
            raise InputError("num_sets", self.num_sets, "allowed: 1 and above")
        if self.repetitions < MIN_REPETITIONS:
            raise InputError(
                "repetitions", self.repetitions, f"allowed: {MIN_REPETITIONS} and above; cap_s ends slow ones earlier"
            )
        if self.cap_s <= 0.0:
            raise InputError("cap_s", self.cap_s, "allowed: above 0 seconds")

    @classmethod
    def quick(cls, **given: Any) -> DiversifySettings:
        """A minute or two: the corners of the shapes, and less patience with slow peers."""
        return cls(**{"num_candidates": (100, 1000), "lengths": (10, 100), "dims": (384,), "cap_s": 0.75, **given})

    @property
    def folder(self) -> Path:
        """Where the outputs go."""
        return self.build / "diversify_bench"
