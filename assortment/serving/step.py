"""A step of the server, as Triton and the in-process pipeline both call it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from assortment.errors import AssortmentError

Tensors = dict[str, npt.NDArray[Any]]
"""Tensors of one request by their names in ``assortment.contract``, each with the batch dimension in front.

STRING tensors are object arrays of bytes.
"""

Outcome = Tensors | AssortmentError
"""What became of one request: its output tensors, or why it failed. An error concerns this request alone."""


class Step(Protocol):
    """One model of the repository."""

    def run(self, batch: Sequence[Tensors]) -> list[Outcome]:
        """Answers every request of a batch, in order. Requests may differ in length where the contract says ``ragged``."""
        ...


def strings(values: Sequence[bytes]) -> npt.NDArray[np.object_]:
    """A STRING tensor [1, n] of one request."""
    tensor = np.empty((1, len(values)), dtype=np.object_)
    tensor[0, :] = values
    return tensor
