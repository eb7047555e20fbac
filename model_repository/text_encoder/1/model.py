"""Query text to vector, on the embedded CPU server."""

from collections.abc import Mapping
from pathlib import Path

from assortment.artefacts import cpu_model
from assortment.serving.onnx_step import OnnxStep
from assortment.serving.step import Step
from assortment.serving.triton_backend import TritonModel


class TritonPythonModel(TritonModel):
    """``text_encoder`` by ONNX Runtime; the parameter ``threads`` is for one instance."""

    def open(self, model: Path, version: Path, parameters: Mapping[str, str]) -> Step:
        """Loads the model."""
        return OnnxStep("text_encoder", cpu_model(version), threads=int(parameters.get("threads", "1")))
