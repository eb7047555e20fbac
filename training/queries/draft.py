"""What a kind of query gives the grammar: words and what they may mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assortment.protocol.grades import Wish


@dataclass(frozen=True, slots=True)
class Draft:
    """A query before it is checked."""

    text: str
    meanings: tuple[Wish, ...]
    """What it may ask for, the likeliest first."""
    unwanted: Mapping[str, str] = field(default_factory=dict)
    """What it turns down."""
