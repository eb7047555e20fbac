"""Text encoder, fusion and scorer in one process: the middle of ``text_search``, and of the in-process pipeline."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from assortment import artefacts
from assortment.contract import VECTOR_DIM
from assortment.serving.onnx_session import OnnxSession
from assortment.serving.onnx_step import join, sizes, split
from assortment.serving.step import Outcome, Tensors

STAGES: Final = ("text_encoder", "fusion", "scorer")

_INPUTS: Final = ("TOKEN_IDS", "MASK", "PRESENCE", "ALLOW", "SORT", "WORD_ROW")


class TextScorerStep:
    """From token ids to the best rows of the catalogue."""

    def __init__(self, text_encoder: Path, fusion: Path, scorer: Path, *, threads: int = 1) -> None:
        """Loads the three models."""
        self._text_encoder = OnnxSession(text_encoder, threads=threads, share_weights=True)
        self._fusion = OnnxSession(fusion, threads=threads)
        self._scorer = OnnxSession(scorer, threads=threads)
        self.on_batch: Callable[[Sequence[int]], None] | None = None
        """Called after each batch with the nanoseconds of each of ``STAGES``."""

    @classmethod
    def open(cls, folder: Path, *, threads: int = 1) -> TextScorerStep:
        """Loads the folder of one catalogue version in ``text_search/`` of an assembled repository."""
        text_encoder = artefacts.cpu_model(folder, artefacts.TEXT_ENCODER)
        return cls(text_encoder, folder / artefacts.FUSION, artefacts.cpu_model(folder, artefacts.SCORER), threads=threads)

    def run(self, batch: Sequence[Tensors]) -> list[Outcome]:
        """See ``Step.run``."""
        tensors = join(batch, _INPUTS)
        no_image = np.zeros((len(tensors["PRESENCE"]), VECTOR_DIM), dtype=np.float32)
        started = time.perf_counter_ns()
        tensors.update(self._text_encoder.run(tensors), IMAGE_VECTOR=no_image)
        encoded = time.perf_counter_ns()
        tensors.update(self._fusion.run(tensors))
        fused = time.perf_counter_ns()
        outputs = self._scorer.run(tensors)
        scored = time.perf_counter_ns()
        if self.on_batch:
            self.on_batch((encoded - started, fused - encoded, scored - fused))
        return split({**outputs, "OPEN": tensors["OPEN"]}, sizes(batch, "PRESENCE"))
