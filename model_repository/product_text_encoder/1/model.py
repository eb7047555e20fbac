"""Product text to vector, on the embedded CPU server."""

from collections.abc import Mapping
from pathlib import Path

from assortment.artefacts import MODEL
from assortment.serving.onnx_step import OnnxStep
from assortment.serving.step import Step
from assortment.serving.triton_backend import TritonModel


class TritonPythonModel(TritonModel):
    """``product_text_encoder`` by ONNX Runtime; the parameter ``threads`` is for one instance."""

    def open(self, model: Path, version: Path, parameters: Mapping[str, str]) -> Step:
        """Loads the model."""
        return OnnxStep("product_text_encoder", version / MODEL, threads=int(parameters.get("threads", "1")))
