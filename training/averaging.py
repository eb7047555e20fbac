"""The running average of the weights, which is measured and kept in their place (Polyak averaging, with a decay)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class Average:
    """Follows parameters; a decay of 0 is the parameters themselves."""

    def __init__(self, parameters: Mapping[str, nn.Parameter], decay: float) -> None:
        self._parameters, self._decay = parameters, decay
        self.values: dict[str, Tensor] = {name: value.detach().clone() for name, value in parameters.items()} if decay else {}
        """By the parameter's name; to be saved."""

    @torch.no_grad()
    def update(self) -> None:
        """After each optimiser step."""
        for name, value in self.values.items():
            value.lerp_(self._parameters[name], 1.0 - self._decay)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The average stands in the parameters meanwhile."""
        kept = {name: self._parameters[name].detach().clone() for name in self.values}
        self._copy(self.values)
        try:
            yield
        finally:
            self._copy(kept)

    @torch.no_grad()
    def _copy(self, values: Mapping[str, Tensor]) -> None:
        for name, value in values.items():
            self._parameters[name].copy_(value)
