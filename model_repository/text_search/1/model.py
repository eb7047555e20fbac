"""A whole text search in one process, on the embedded CPU server."""

from collections.abc import Mapping
from pathlib import Path

from assortment.serving.step import Step
from assortment.serving.text_search import STAGES, TextSearchStep
from assortment.serving.triton_backend import TritonModel


class TritonPythonModel(TritonModel):
    """``text_search``; the parameter ``threads`` is for one instance."""

    def open(self, model: Path, version: Path, parameters: Mapping[str, str]) -> Step:
        """Loads everything; the time that each stage takes is in the server's metrics."""
        step = TextSearchStep.open(model, version, threads=int(parameters.get("threads", "1")))
        step.on_batch = self.metrics.count_stages(STAGES)
        return step
