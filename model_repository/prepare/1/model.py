"""Checks every field of a search request, tokenises the query, decodes the picture."""

from collections.abc import Mapping
from pathlib import Path

from assortment.artefacts import TOKENIZER
from assortment.serving.prepare import PrepareStep
from assortment.serving.step import Step
from assortment.serving.triton_backend import TritonModel


class TritonPythonModel(TritonModel):
    """``prepare``; the parameter ``pad_tokens_to`` gives all texts one length."""

    def open(self, model: Path, version: Path, parameters: Mapping[str, str]) -> Step:
        """Reads the tokenizer."""
        length = parameters.get("pad_tokens_to")
        return PrepareStep(version / TOKENIZER, pad_tokens_to=int(length) if length else None)
