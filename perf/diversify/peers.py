"""Other people's diversification behind one face. The only module that knows those libraries.

All of them are optional. What is prepared ahead is not timed: a client and its collection. What each call needs is: pyversity
brings rows to unit length, apricot is given the N x N similarities, the published DPP its kernel.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from perf.diversify.candidates import Candidates

Call = Callable[[], Iterable[int]]
"""One selection, to be timed: positions in order."""
Prepare = Callable[[Any, Candidates, int, float], Call]
"""Module, candidates, k and diversity (the peer's own, 1 is most diverse) to a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Something to be compared with."""

    name: str
    prepare: Prepare
    package: str = ""
    """What pip installs; empty when it is written here."""
    module: str = ""
    """What Python imports."""
    same_selection: bool = True
    """Whether it has the same objective, so that selections must be identical up to rounding."""
    num_candidates_at_most: int | None = None
    """Where it needs seconds for a call; more only when asked for."""
    note: str = ""
    """What a reader of its times has to know."""


@dataclass(frozen=True, slots=True)
class Absent:
    """A peer that cannot be imported."""

    peer: Peer
    reason: str


def load(peer: Peer) -> Any:
    """The peer's module; None when it has none, ``Absent`` when it cannot be imported."""
    if not peer.module:
        return None
    try:
        return importlib.import_module(peer.module)
    except ImportError as error:
        return Absent(peer, f"{error}; pip install {peer.package}")


def version(package: str) -> str:
    """The installed version of a package; empty when it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _pyversity(strategy: str) -> Prepare:
    def prepare(pyversity: Any, candidates: Candidates, k: int, diversity: float) -> Call:
        select = getattr(pyversity, strategy)

        def call() -> Iterable[int]:
            found: Iterable[int] = select(candidates.vectors, candidates.relevance, k, diversity=diversity).indices
            return found

        return call

    return prepare


def _langchain(utils: Any, candidates: Candidates, k: int, diversity: float) -> Call:
    """An array instead of a list of lists spares it a conversion in each step."""

    def call() -> Iterable[int]:
        found: Iterable[int] = utils.maximal_marginal_relevance(
            candidates.query, candidates.vectors, lambda_mult=1.0 - diversity, k=k
        )
        return found

    return call


def _qdrant(qdrant_client: Any, candidates: Candidates, k: int, diversity: float) -> Call:
    models = qdrant_client.models
    client = qdrant_client.QdrantClient(":memory:")
    size = candidates.vectors.shape[1]
    client.create_collection("candidates", vectors_config=models.VectorParams(size=size, distance=models.Distance.COSINE))
    rows = candidates.vectors.tolist()
    client.upsert("candidates", [models.PointStruct(id=i, vector=row) for i, row in enumerate(rows)])
    mmr = models.Mmr(diversity=diversity, candidates_limit=len(candidates))  # its default only reorders the k most relevant
    query = models.NearestQuery(nearest=candidates.query.tolist(), mmr=mmr)

    def call() -> Iterable[int]:
        points = client.query_points("candidates", query=query, limit=k, with_payload=False).points
        return [point.id for point in points]

    return call


def _apricot(apricot: Any, candidates: Candidates, k: int, diversity: float) -> Call:
    def call() -> Iterable[int]:
        similarity = np.maximum(candidates.vectors @ candidates.vectors.T, 0.0).astype(np.float64)  # what it is compiled for
        selector = apricot.FacilityLocationSelection(k, metric="precomputed", optimizer="lazy")
        found: Iterable[int] = selector.fit(similarity).ranking
        return found

    return call


def _published_dpp(_: Any, candidates: Candidates, k: int, diversity: float) -> Call:
    """Qualities as pyversity has them, ``exp((1 - diversity) * z-score)``, so that one strength of ours fits both."""
    scores = candidates.relevance

    def call() -> Iterable[int]:
        quality = np.exp((1.0 - diversity) * (scores - scores.mean()) / scores.std())
        kernel = candidates.vectors @ candidates.vectors.T
        kernel *= quality[:, None]
        kernel *= quality
        return fast_greedy_map(kernel, k)

    return call


def fast_greedy_map(kernel: npt.NDArray[np.float32], k: int) -> list[int]:
    """Algorithm 1 of Chen, Zhang and Zhou, NeurIPS 2018 (arXiv 1709.05135), written from the paper.

    The authors' own code, fast-map-dpp, is not on PyPI; like this it takes the whole kernel (N, N).
    """
    factors = np.zeros((k, len(kernel)), dtype=kernel.dtype)
    residual = kernel.diagonal().copy()
    chosen = [int(residual.argmax())]
    while len(chosen) < k:
        last, step = chosen[-1], len(chosen) - 1
        explained = factors[:step, last] @ factors[:step]
        factors[step] = (kernel[last] - explained) / np.sqrt(residual[last])
        residual -= factors[step] ** 2
        residual[last] = -np.inf
        best = int(residual.argmax())
        if residual[best] < 1e-10:
            break
        chosen.append(best)
    return chosen


def _of_pyversity(strategy: str) -> Peer:
    return Peer(name=f"pyversity {strategy}", package="pyversity", module="pyversity", prepare=_pyversity(strategy))


PYVERSITY_MMR: Final = _of_pyversity("mmr")
PYVERSITY_MSD: Final = _of_pyversity("msd")
PYVERSITY_DPP: Final = _of_pyversity("dpp")
PYVERSITY_SSD: Final = _of_pyversity("ssd")
PYVERSITY_COVER: Final = _of_pyversity("cover")
LANGCHAIN: Final = Peer(
    name="langchain-core mmr",
    package="langchain-core",
    module="langchain_core.vectorstores.utils",
    prepare=_langchain,
    note="computes the relevance too, one product of the matrix and the query",
)
QDRANT: Final = Peer(
    name="qdrant-client mmr",
    package="qdrant-client",
    module="qdrant_client",
    prepare=_qdrant,
    num_candidates_at_most=500,
    note="its local mode, written in Python; not the Qdrant server, which is Rust. A call is a whole query, search included",
)
APRICOT: Final = Peer(
    name="apricot facility location",
    package="apricot-select",
    module="apricot",
    prepare=_apricot,
    same_selection=False,
    num_candidates_at_most=500,
    note="another objective: the nearest choice alone covers, and relevance has no part. Each fit() compiles its loops anew",
)
PUBLISHED_DPP: Final = Peer(
    name="NumPy fast greedy MAP",
    prepare=_published_dpp,
    note="algorithm 1 of Chen et al. 2018, written for this bench, with the full kernel first: fast-map-dpp is not on PyPI",
)
