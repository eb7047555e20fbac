"""The same selections as pyversity 0.2.0 makes, over hundreds of cases.

Its strengths mean other things, so they are translated; ``d`` is pyversity's, ``z`` the standard deviation of the relevance:

    mmr    its cosines are clipped at zero: mmr_clipped at d
    msd    its sum of distances is not divided by a page of ten: max_sum at 10 d / (1 - d + 10 d)
    dpp    its quality is exp((1 - d) * z-score): dpp_published at 1 / (1 + 2 (1 - d) / z)
    ssd    it weighs z-scores, and its vectors with the bias are sqrt(2) long: ssd at b / (a + b), a = (1 - d) / z, b = d sqrt(2)
    cover  its coverage is a sum over N, not a mean: cover at d N / (1 - d + d N)

Where rounding decides between candidates, the lists may part; then the objective of both choices is the same within 1e-6, or
what is left of either is rounding itself (DPP and SSD beyond the rank of the vectors).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import pyversity

from assortment.diversify import Constraints, diversify

NUM_CASES = 150
SAME = 1e-6

Translate = Callable[[float, float, int], float]
PAIRS: dict[str, tuple[str, Translate]] = {
    "mmr_clipped": ("mmr", lambda d, z, n: d),
    "max_sum": ("msd", lambda d, z, n: 10 * d / (1 - d + 10 * d)),
    "dpp_published": ("dpp", lambda d, z, n: 1 / (1 + 2 * (1 - d) / z)),
    "ssd": ("ssd", lambda d, z, n: d * 2**0.5 / ((1 - d) / z + d * 2**0.5)),
    "cover": ("cover", lambda d, z, n: d * n / (1 - d + d * n)),
}


def case(number: int) -> tuple[np.ndarray, np.ndarray, int, float]:
    """Clustered unit rows, relevance without ties, k within the rank of the rows, and a strength."""
    rng = np.random.default_rng(number)
    num, dims = int(rng.integers(20, 300)), int(rng.choice([48, 64, 256]))
    centres = rng.normal(size=(20, dims))
    rows = centres[rng.integers(0, 20, num)] + 0.7 * rng.normal(size=(num, dims))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    k = int(rng.integers(1, min(num, 40) + 1))
    return rows.astype(np.float32), rng.random(num).astype(np.float32), k, float(rng.uniform(0.05, 0.95))


@pytest.mark.parametrize("strategy", PAIRS)
def test_selections_are_the_same(strategy: str) -> None:
    theirs, translate = PAIRS[strategy]
    parted = 0
    for number in range(NUM_CASES):
        vectors, relevance, k, d = case(number)
        strength = translate(d, float(relevance.std()), len(relevance))
        ours = diversify(vectors, relevance, k, strategy=strategy, diversity=strength)
        peer = pyversity.diversify(vectors, relevance, k, theirs, d).indices
        if np.array_equal(ours.indices, peer):
            continue
        parted += 1
        place = int(np.argmax(ours.indices != peer))
        other = _gain_of(strategy, vectors, relevance, strength, ours.indices[:place].tolist(), int(peer[place]))
        assert other == pytest.approx(ours.gains[place], abs=SAME), (number, place)
    assert parted <= NUM_CASES // 20


def _gain_of(strategy: str, vectors: np.ndarray, relevance: np.ndarray, strength: float, before: list[int], index: int) -> float:
    """What choosing ``index`` after ``before`` would gain: the engine is made to."""
    forced = Constraints(pinned=[*before, index])
    return float(
        diversify(vectors, relevance, len(before) + 1, strategy=strategy, diversity=strength, constraints=forced).gains[-1]
    )
