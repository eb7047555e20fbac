"""Query vectors to pages: what is the same behind every way, so that only the models in question can make pages differ."""

from __future__ import annotations

from pathlib import Path

from assortment.serving.candidate_scorer import CandidateScorerStep
from assortment.serving.onnx_step import OnnxStep
from assortment.serving.pipeline import Pipeline, PipelineFiles
from assortment.serving.request import Answer
from assortment.serving.step import Tensors


class Ranker:
    """The exported scorers and the diversifier of one catalogue."""

    def __init__(self, export: Path, index: Path) -> None:
        """Loads the scorers from the export step's folder and the index step's folder of versions."""
        files = PipelineFiles.of_artefacts(export, index)
        self.pipeline = Pipeline(files)
        """Whose steps prepare requests."""
        self._scorer = OnnxStep("scorer", files.scorer)
        self._candidate_scorer = CandidateScorerStep(files.candidate_scorer)

    def page(self, tensors: Tensors) -> Answer:
        """The page for all tensors of one request up to fusion's; chosen from CANDIDATE_KEY where it holds any."""
        step = self._candidate_scorer if tensors["CANDIDATE_KEY"].size else self._scorer
        scored = step.run([tensors])[0]
        assert isinstance(scored, dict), "the candidates are of the catalogue, and a graph answers or raises"
        return Answer.of(self.pipeline.diversify([{**tensors, **scored}])[0])
