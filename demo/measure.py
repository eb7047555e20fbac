"""The three arms on the frozen test queries, by ``assortment.evaluation``, and the sweep over diversity."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from assortment import evaluation
from assortment.errors import StepError
from assortment.evaluation import Evaluation, Measure
from assortment.index_vectors import IndexVectors
from assortment.judgments import from_protocol
from assortment.metrics import Estimate
from assortment.protocol.store import Protocol
from demo.settings import K

MEASURES: Final[dict[str, Measure]] = {
    f"ndcg@{K}": "ndcg",
    f"alpha_ndcg@{K}": "alpha_ndcg",
    f"subtopic_recall@{K}": "subtopic_recall",
    f"ild@{K}": "ild",
}
ZERO_SHOT: Final = "zero_shot.json"
"""Written by the training step."""

Rankings = Mapping[str, Sequence[str]]
"""Query id to product ids, best first."""


class Judge:
    """Measures rankings of the test queries."""

    def __init__(self, protocol: Protocol, index: Path) -> None:
        """Reads the judgments; distances are between the vectors in ``index``, a folder of one catalogue version."""
        self._judged = from_protocol(protocol, "test")
        self._vectors_of = IndexVectors.open(index).of

    def measure(self, rankings: Rankings) -> Evaluation:
        """Every measure of every test query."""
        return evaluation.evaluate(rankings, self._judged, k=K, vectors_of=self._vectors_of)


def estimates(found: Evaluation) -> dict[str, Estimate]:
    """The mean of each measure with its bootstrap interval."""
    return {name: found.estimate(measure) for name, measure in MEASURES.items()}


def differences(ours: Evaluation, theirs: Evaluation) -> dict[str, Estimate]:
    """The mean of each measure's difference, query by query, with its paired bootstrap interval."""
    return {name: evaluation.compare(ours, theirs, measure) for name, measure in MEASURES.items()}


def zero_shot_rankings(checkpoints: Path) -> Rankings:
    """What the untrained encoder ranked, as the training step kept it.

    Raises:
        StepError: when the file is missing or holds no rankings.
    """
    path = checkpoints / ZERO_SHOT
    try:
        rankings: Rankings = json.loads(path.read_text(encoding="utf-8"))["test_ids"]
    except (OSError, json.JSONDecodeError, KeyError) as error:
        raise StepError(f"{path} gives no zero-shot rankings ({error!r}); delete {checkpoints} and train again") from None
    return rankings
