"""``candidate_scorer``: the scorer's own function on given candidates, without a scan of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assortment import artefacts
from assortment.errors import InputError
from assortment.serving.catalogue_tables import KeyTable
from assortment.serving.onnx_session import OnnxSession
from assortment.serving.step import Outcome, Tensors


class CandidateScorerStep:
    """Candidate keys to rows, best first, with their relevance."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Opens the folder of one catalogue version: keys, scorer and its tables."""
        self._table = KeyTable.open(folder)
        self._version = np.array([[self._table.version]], dtype=np.int64)
        self._session = OnnxSession(folder / artefacts.CANDIDATE_SCORER, threads=threads)

    def run(self, batch: Sequence[Tensors]) -> list[Outcome]:
        """See ``Step.run``. Requests of a batch may have different numbers of candidates."""
        outcomes: list[Outcome] = [{}] * len(batch)
        rows = {}
        for i, tensors in enumerate(batch):
            try:
                rows[i] = self._table.rows(tensors["CANDIDATE_KEY"][0])
            except InputError as error:
                outcomes[i] = error
        if not rows:
            return outcomes
        padded = np.zeros((len(rows), max(map(len, rows.values()))), dtype=np.int32)  # row 0 pads: its score is not looked at
        for place, of_request in enumerate(rows.values()):
            padded[place, : len(of_request)] = of_request
        query_vector = np.concatenate([batch[i]["QUERY_VECTOR"] for i in rows])
        intent = np.concatenate([batch[i]["INTENT"] for i in rows])
        scored = self._session.run({"QUERY_VECTOR": query_vector, "INTENT": intent, "ROW": padded})["RELEVANCE"]
        for place, (i, of_request) in enumerate(rows.items()):
            relevance = scored[place, : len(of_request)]
            best_first = np.argsort(-relevance, kind="stable")
            outcomes[i] = {
                "ROW": of_request[np.newaxis, best_first],
                "RELEVANCE": relevance[np.newaxis, best_first],
                "CATALOGUE_VERSION": self._version,
            }
        return outcomes
