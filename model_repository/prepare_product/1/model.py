"""Checks, tokenises and decodes a product that is to be embedded."""

from collections.abc import Mapping
from pathlib import Path

from assortment.serving.prepare_product import PrepareProductStep
from assortment.serving.step import Step
from assortment.serving.triton_backend import TritonModel


class TritonPythonModel(TritonModel):
    """``prepare_product``; the parameter ``pad_tokens_to`` gives all texts one length."""

    def open(self, model: Path, version: Path, parameters: Mapping[str, str]) -> Step:
        """Reads tokenizer and labels."""
        length = parameters.get("pad_tokens_to")
        return PrepareProductStep(version, pad_tokens_to=int(length) if length else None)
