"""What the report shows: queries with two lists each, what the second list opened, and the sweep behind the plot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One product in one list."""

    place: int
    """From 1."""
    title: str
    detail: str
    """Price, brand and the like, in one short line; may be empty."""
    picture: str
    """A ``data:`` URI, or empty when the product has no picture."""
    why: str
    """Why it stands here, in a few words."""
    marked: bool
    """Diversified list: brought in by diversity. Relevance list: no longer on the diversified page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetChange:
    """The values of one facet on both pages."""

    facet: str
    kept: tuple[str, ...]
    """Values on both pages."""
    opened: tuple[str, ...]
    """Values only the diversified page has."""
    closed: tuple[str, ...]
    """Values only the relevance page has."""

    @property
    def before(self) -> int:
        """Number of values on the relevance page."""
        return len(self.kept) + len(self.closed)

    @property
    def after(self) -> int:
        """Number of values on the diversified page."""
        return len(self.kept) + len(self.opened)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One query, answered by relevance alone and diversified."""

    query: str
    """Its text; empty for a picture-only query."""
    picture: str
    """The query's picture as a ``data:`` URI, or empty."""
    kind: str
    """What sort of query it is, in a few words."""
    note: str
    """What to look at; may be empty."""
    relevance: tuple[Shown, ...]
    diversified: tuple[Shown, ...]
    facets: tuple[FacetChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepPoint:
    """Mean measures over the test queries at one setting of the diversifier."""

    strategy: str
    diversity: float
    ndcg: float
    alpha_ndcg: float
