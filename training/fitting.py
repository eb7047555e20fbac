"""Fitting a few numbers to the end: what calibrations need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import torch
from torch import Tensor, nn

_ITERATIONS: Final = 100  # of L-BFGS; two or three numbers take about ten


def minimise(parameters: Sequence[nn.Parameter], loss_of: Callable[[], Tensor]) -> None:
    """Brings a smooth loss of few parameters to its minimum, in place."""
    optimiser = torch.optim.LBFGS(list(parameters), max_iter=_ITERATIONS, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimiser.zero_grad()
        with torch.enable_grad():
            loss = loss_of()
        torch.autograd.backward(loss)
        return float(loss.detach())

    optimiser.step(closure)  # type: ignore[no-untyped-call]  # PyTorch left this one untyped
