from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from assortment.contract import STEPS
from assortment.errors import StepError
from export import onnx_export, parity

STEP = "image_encoder"


class Scale(nn.Module):
    """Something of the image encoder's signature."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(factor))

    def forward(self, pixels: Tensor, presence: Tensor) -> Tensor:
        return pixels.flatten(1)[:, :256] * self.factor * presence[:, 1:]


@pytest.fixture
def arguments() -> dict[str, Tensor]:
    return {tensor.name: torch.ones(2, *tensor.dims) for tensor in STEPS[STEP].inputs}


@pytest.fixture
def exported(tmp_path: Path, arguments: dict[str, Tensor]) -> Path:
    path = tmp_path / "image_encoder.onnx"
    onnx_export.export(Scale(1.0).eval(), STEPS[STEP], path, tuple(arguments.values()))
    return path


def test_the_largest_difference_is_measured(exported: Path, arguments: dict[str, Tensor]) -> None:
    assert parity.check(STEP, Scale(1.0), exported, arguments) == 0.0
    assert parity.check(STEP, Scale(1.0 + 5e-5), exported, arguments) == pytest.approx(5e-5, rel=0.01)


@pytest.mark.parametrize("factor", [1.0002, float("nan")])
def test_another_answer_than_pytorchs_is_refused_with_model_and_figure(
    exported: Path, arguments: dict[str, Tensor], factor: float
) -> None:
    with pytest.raises(StepError, match=r"image_encoder differ from PyTorch's by up to (2\.00e-04|nan), allowed: 1e-04"):
        parity.check(STEP, Scale(factor), exported, arguments)
