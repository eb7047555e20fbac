"""Diversification: from many scored candidates to the few to show, relevant and unlike one another.

One strategy a file. A strategy is a greedy selection: it picks one candidate after another, so a longer page extends a
shorter one. All strategies share one scale, ``diversity``: 0 is pure relevance, 1 is pure diversity. What a strength in
between costs differs between strategies and between queries; ``max_relevance_loss`` states the cost instead.
"""

from __future__ import annotations

from assortment.diversify.constraints import Cap, Constraints
from assortment.diversify.duplicates import Collapsed, collapse
from assortment.diversify.engine import diversify, warm_up
from assortment.diversify.facets import Facets
from assortment.diversify.intents import Intents
from assortment.diversify.selection import Selection
from assortment.diversify.strategies import STRATEGIES, Strategy

__all__ = [
    "STRATEGIES",
    "Cap",
    "Collapsed",
    "Constraints",
    "Facets",
    "Intents",
    "Selection",
    "Strategy",
    "collapse",
    "diversify",
    "warm_up",
]
