"""Sliding spectrum decomposition.

Huang et al., "Sliding spectrum decomposition for diversified recommendation", KDD 2021 (arXiv 2107.05204), in the stable form
of its equation 12: each step takes the largest ``(1 - diversity) * relevance + diversity * length``, where the length is that
of the candidate's part outside the span of those chosen before. Vectors carry the constant dimension of section 5.3, here at
unit length: the similarity of two candidates is ``(1 + cosine) / 2``, so that opposites are not taken for alike.

The paper's sliding window is for endless feeds. Here it holds the whole page, as pyversity's does by default, so steps are lazy
(``volume``).
"""

from __future__ import annotations

from assortment.diversify import volume
from assortment.diversify.greedy import Chosen
from assortment.diversify.problem import Problem


def select(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k``; the window is the page."""
    return volume.select(problem, k, novelty=volume.ROOT, scale=0.5, offset=0.5)
