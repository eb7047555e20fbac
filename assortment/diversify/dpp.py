"""Determinantal point process: greedy maximum a posteriori selection.

Chen, Zhang and Zhou, "Fast greedy MAP inference for determinantal point process to improve recommendation diversity",
NeurIPS 2018 (arXiv 1709.05135). The kernel is ``L = diag(q) S diag(q)`` with similarities S and quality ``q = exp(a r)``.
With the exponent ``a = (1 - diversity) / (2 diversity)`` a step's gain in ``log det L``, times ``diversity``, is

    (1 - diversity) * relevance + diversity * log(residual)

where the residual is what is left of a candidate's squared length once the directions of the chosen ones are taken out
(``volume``). This form has no overflow near diversity 0, which gives plain relevance, and is ``log det S`` alone at 1.

``select_published`` takes S as it is. There a copy of a chosen item has a residual of zero, an infinite penalty that no
relevance outweighs: where titles repeat, a diversity of 0.02 already cost a fifth of nDCG. In ``select`` S is
``SHRINKAGE * cosines`` off the diagonal, so that a copy of the chosen item costs ``diversity``, just as in MMR.
"""

from __future__ import annotations

import math
from typing import Final

from assortment.diversify import volume
from assortment.diversify.greedy import Chosen
from assortment.diversify.problem import Problem

SHRINKAGE: Final = math.sqrt(1.0 - 1.0 / math.e)  # 0.795; log(1 - SHRINKAGE^2) = -1


def select(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k`` with shrunk similarities."""
    return volume.select(problem, k, novelty=volume.LOG, scale=SHRINKAGE)


def select_published(problem: Problem, k: int) -> Chosen:
    """Chooses up to ``k`` with the kernel of the paper."""
    return volume.select(problem, k, novelty=volume.LOG)
