"""What the data of a department is made of: types of product, brands, and the patterns of titles and descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductType:
    """One type of product. Values that are commoner stand first: choice falls off along each tuple."""

    name: str
    """The narrowest category, as the shop's menu spells it."""
    family: str
    """The category above it."""
    shape: str
    """The drawing, a name in ``drawing.SHAPES``."""
    nouns: tuple[str, ...]
    """What titles call one such product."""
    price: tuple[float, float]
    """Usual range in EUR; brands stretch it."""
    attributes: Mapping[str, tuple[str, ...]]
    """Attribute name to its possible values."""
    features: tuple[str, ...]
    """Phrases for titles and descriptions that no attribute tells; those with a preposition ("with pen") follow the noun."""
    varies: tuple[str, ...] = ()
    """Attributes in which the variants of one article differ."""
    works: tuple[str, ...] = ()
    """For books and media: patterns of invented titles of works, filled with ``{adjective}``, ``{noun}`` and ``{place}``."""
    weight: float = 1.0
    """Share among the types of the department."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A department with its brands, none of which exists, and its ways of writing."""

    name: str
    code: str
    """Starts the ids of its products."""
    brands: Mapping[str, float]
    """Brand to its price level, 1 in the middle."""
    lines: tuple[str, ...]
    """Names of series, which say nothing about a product."""
    titles: tuple[str, ...]
    """Patterns of titles. A placeholder without a value leaves no trace; those with ``{work}`` are for types with works."""
    openings: tuple[str, ...]
    """Patterns of the first sentence of a description."""
    about: Mapping[str, tuple[str, ...]]
    """For each family, what else there is to say: patterns of the second sentence."""
    closings: tuple[str, ...]
    """Patterns of the last sentence; an empty one for descriptions that stop earlier."""
    types: tuple[ProductType, ...]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Further words for patterns, for instance the nouns of invented works."""
