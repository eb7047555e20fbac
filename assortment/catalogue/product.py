"""The product record: what every reader yields and every later step reads."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MAX_RATING: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product of a catalogue. Text is Unicode, stripped; what a source does not tell is empty or None."""

    id: str
    """Unique within the catalogue, never empty."""
    title: str
    """Never empty."""
    description: str = ""
    department: str = ""
    category: tuple[str, ...] = ()
    """Path from broad to narrow; the last one is the product's type. For instance ("Apparel", "Topwear", "Tshirts")."""
    brand: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Lower-case names (colour, gender, pattern, material, usage, season ...) to values as the source writes them."""
    price: float | None = None
    """In units of ``currency``, above zero."""
    currency: str = ""
    """ISO 4217, for instance EUR."""
    rating: float | None = None
    """Mean of the ratings, 0 to 5."""
    rating_count: int = 0
    stock: int | None = None
    """Pieces in stock; None when the source does not tell."""
    variant_group: str = ""
    """Products that share a group are variants of one article."""
    picture: str = ""
    """Name in the picture store, empty when there is none. Variants may share one."""
    added: datetime.date | None = None
    """When the product entered the range, for sorting by newest; None when the source does not tell."""

    @property
    def type(self) -> str:
        """The narrowest category."""
        return self.category[-1] if self.category else ""

    def facets(self) -> dict[str, str]:
        """What a shopper can ask for or leave open: department, type, brand and every attribute; empty ones left out."""
        known = {"department": self.department, "type": self.type, "brand": self.brand, **self.attributes}
        return {facet: value for facet, value in known.items() if value}

    def labels(self) -> list[str]:
        """Facets and category levels as ``facet=value`` for the label tower, in a stable order."""
        levels = {f"category={level}": None for level in self.category}
        return [*levels, *(f"{facet}={value}" for facet, value in self.facets().items() if facet != "type")]
