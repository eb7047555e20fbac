"""Scored rows to the products to show, and why each stands where it stands."""

from collections.abc import Mapping
from pathlib import Path

from assortment.artefacts import CATALOGUES
from assortment.serving.catalogue_tables import Catalogues
from assortment.serving.diversifier import DiversifierStep
from assortment.serving.step import Step
from assortment.serving.triton_backend import TritonModel


class TritonPythonModel(TritonModel):
    """``diversifier``."""

    def open(self, model: Path, version: Path, parameters: Mapping[str, str]) -> Step:
        """Opens the current and the previous catalogue."""
        return DiversifierStep(Catalogues(model / CATALOGUES))
