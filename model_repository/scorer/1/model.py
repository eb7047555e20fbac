"""Query vector and intent to the best rows of the catalogue, on the embedded CPU server."""

from collections.abc import Mapping
from pathlib import Path

from assortment.artefacts import cpu_model
from assortment.serving.onnx_step import OnnxStep
from assortment.serving.step import Step
from assortment.serving.triton_backend import TritonModel


class TritonPythonModel(TritonModel):
    """``scorer`` by ONNX Runtime; the parameter ``threads`` is for one instance."""

    def open(self, model: Path, version: Path, parameters: Mapping[str, str]) -> Step:
        """Loads the model."""
        return OnnxStep("scorer", cpu_model(version), threads=int(parameters.get("threads", "1")))
