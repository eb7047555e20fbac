"""Candidates to choose from: seeded, in clusters, alike in the way that the results of one query are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

_PER_CLUSTER: Final = 25
_PER_GROUP: Final = 12
_COMMON, _OF_CLUSTER, _OWN = 0.6, 0.7, 0.5  # cosines of about .8 within a cluster and .3 across


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """N candidates of one query."""

    vectors: npt.NDArray[np.float32]
    """(N, D), unit rows."""
    relevance: npt.NDArray[np.float32]
    """(N,) between 0 and 1, as a scorer gives it: it follows the cosine to the query, with noise."""
    query: npt.NDArray[np.float32]
    """(D,), unit length."""
    cosine: npt.NDArray[np.float32]
    """(N,) relevance for peers that compute it themselves: the cosine to the query, 0 to 1."""
    groups: npt.NDArray[np.int64]
    """(N,) one of about N / 12 values, mostly by cluster."""

    def __len__(self) -> int:
        return len(self.relevance)


def generate(num: int, dim: int, *, seed: int) -> Candidates:
    """``num`` candidates of ``dim`` dimensions; the same ones for the same arguments."""
    rng = np.random.default_rng([seed, num, dim])
    num_clusters, num_groups = max(2, num // _PER_CLUSTER), max(2, num // _PER_GROUP)
    common = _unit(rng.normal(size=dim))
    clusters = _unit(rng.normal(size=(num_clusters, dim)))
    cluster = rng.integers(0, num_clusters, num)
    vectors = _unit(_COMMON * common + _OF_CLUSTER * clusters[cluster] + _OWN * _unit(rng.normal(size=(num, dim))))
    wanted = rng.gamma(1.0, size=num_clusters)  # a few clusters are what the query is about
    query = _unit(common + _unit(wanted @ clusters))
    cosine = np.clip(vectors @ query, 0.0, 1.0)
    noisy = (cosine - cosine.mean()) / cosine.std() + rng.normal(size=num)
    groups = np.where(rng.random(num) < 0.8, cluster % num_groups, rng.integers(0, num_groups, num))
    return Candidates(
        vectors=np.ascontiguousarray(vectors, dtype=np.float32),
        relevance=(1.0 / (1.0 + np.exp(-noisy))).astype(np.float32),
        query=query.astype(np.float32),
        cosine=cosine.astype(np.float32),
        groups=groups.astype(np.int64),
    )


def _unit(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    unit: npt.NDArray[np.float64] = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    return unit
