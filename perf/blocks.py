"""Which queries both sides get, in which order."""

from __future__ import annotations

import random
from typing import Final

_SEED: Final = 11


def blocks(num_queries: int, num_blocks: int, size: int, *, seed: int = _SEED) -> list[list[int]]:
    """``num_blocks`` blocks of ``size`` queries each, by index, every query as often as every other but for one."""
    generator = random.Random(seed)
    order: list[int] = []
    while len(order) < num_blocks * size:
        order += generator.sample(range(num_queries), num_queries)
    return [order[start : start + size] for start in range(0, num_blocks * size, size)]
