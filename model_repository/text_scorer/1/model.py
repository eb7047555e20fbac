"""Text encoder, fusion and scorer in one process, on the embedded CPU server."""

from collections.abc import Mapping
from pathlib import Path

from assortment.serving.step import Step
from assortment.serving.text_scorer import STAGES, TextScorerStep
from assortment.serving.triton_backend import StageDurations, TritonModel


class TritonPythonModel(TritonModel):
    """``text_scorer``; the parameter ``threads`` is for one instance."""

    def open(self, model: Path, version: Path, parameters: Mapping[str, str]) -> Step:
        """Loads the three models; the time that each takes is in the server's metrics."""
        step = TextScorerStep.open(version, threads=int(parameters.get("threads", "1")))
        step.on_batch = StageDurations(STAGES).add
        return step
