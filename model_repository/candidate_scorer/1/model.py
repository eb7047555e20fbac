"""Given candidates to rows and relevance."""

from collections.abc import Mapping
from pathlib import Path

from assortment.serving.candidate_scorer import CandidateScorerStep
from assortment.serving.step import Step
from assortment.serving.triton_backend import TritonModel


class TritonPythonModel(TritonModel):
    """``candidate_scorer``; the parameter ``threads`` is for one instance."""

    def open(self, model: Path, version: Path, parameters: Mapping[str, str]) -> Step:
        """Opens this version of the catalogue."""
        return CandidateScorerStep(version, threads=int(parameters.get("threads", "1")))
