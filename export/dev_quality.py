"""ndcg@10 of the dev queries as the server would rank them, with one text encoder or another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from assortment import artefacts
from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_BATCH_SIZE
from assortment.metrics import ndcg
from assortment.protocol.store import Protocol
from assortment.serving.prepare import PrepareStep, tensors_of
from assortment.serving.request import SearchRequest
from assortment.serving.step import Tensors
from assortment.serving.text_scorer import TextScorerStep

K: Final = 10


class DevQuality:
    """Ranks the dev queries by relevance alone."""

    def __init__(self, export: Path, scorer: Path, catalogue: Catalogue, protocol: Protocol, *, threads: int = 2) -> None:
        """Remembers what stays the same while text encoders change.

        Args:
            export: a folder of exported models.
            scorer: the ``scorer.onnx`` of this catalogue.
            catalogue: its products.
            protocol: its dev queries and judgments.
            threads: of ONNX Runtime.
        """
        self._fusion = export / artefacts.FUSION
        self._scorer = scorer
        self._threads = threads
        self._ids = [product.id for product in catalogue.products]
        queries = protocol.queries("dev")
        self._grades = [protocol.judgments[query.id] for query in queries]
        self._prepared = _prepare(export / artefacts.TOKENIZER, [query.query for query in queries])

    @property
    def num_queries(self) -> int:
        """Dev queries that are measured."""
        return len(self._prepared)

    def ndcg(self, text_encoder: Path) -> float:
        """Mean ndcg@10, 0 to 1; 0 without dev queries.

        Args:
            text_encoder: an ONNX file, float32 or 8 bits.
        """
        values = self.each(text_encoder)
        return float(np.mean(values)) if values else 0.0

    def each(self, text_encoder: Path) -> list[float]:
        """ndcg@10 of every dev query, in their order."""
        step = TextScorerStep(text_encoder, self._fusion, self._scorer, threads=self._threads)
        values: list[float] = []
        for start in range(0, len(self._prepared), MAX_BATCH_SIZE):
            batch = slice(start, start + MAX_BATCH_SIZE)
            for outcome, grades in zip(step.run(self._prepared[batch]), self._grades[batch], strict=True):
                assert isinstance(outcome, dict), "dev queries are valid requests"
                ranking = [self._ids[row] for row in outcome["ROW"][0, :K] if row >= 0]
                values.append(ndcg(ranking, grades, K))
        return values


def _prepare(tokenizer: Path, queries: Sequence[str]) -> list[Tensors]:
    prepared: list[Tensors] = []
    for outcome in PrepareStep(tokenizer).run([tensors_of(SearchRequest(query=query)) for query in queries]):
        assert isinstance(outcome, dict), "dev queries are valid requests"
        prepared.append(outcome)
    return prepared
