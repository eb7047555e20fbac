from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
import torch
from torch import Tensor, nn

from assortment.contract import STEPS
from assortment.errors import StepError
from export.onnx_contract import check
from export.onnx_export import export

FUSION = STEPS["fusion"]


class SmallFusion(nn.Module):
    """Something of the fusion's signature, with dropout."""

    def __init__(self, num_categories: int = 5) -> None:
        super().__init__()
        self.dropout = nn.Dropout(0.5)
        self.intent = nn.Linear(256, num_categories)

    def forward(
        self, text_vector: Tensor, image_vector: Tensor, presence: Tensor, named: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        fused = self.dropout(text_vector * presence[:, :1] + image_vector * presence[:, 1:])
        return fused, self.intent(fused).softmax(-1), torch.cat([named, presence[:, :1]], 1)


NUM_FACETS = 4


def arguments(batch: int) -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(batch)
    shapes = [[NUM_FACETS if size == -1 else size for size in tensor.dims] for tensor in FUSION.inputs]
    return tuple(torch.rand((batch, *shape), generator=generator) for shape in shapes)


def test_the_batch_stays_open_and_names_are_those_of_the_contract(tmp_path: Path) -> None:
    path, module = tmp_path / "fusion.onnx", SmallFusion().eval()
    export(module, FUSION, path, arguments(2))
    session = ort.InferenceSession(str(path))
    for batch in (1, 2, 7):
        inputs = arguments(batch)
        named = {tensor.name: value.numpy() for tensor, value in zip(FUSION.inputs, inputs, strict=True)}
        given = dict(zip([output.name for output in session.get_outputs()], session.run(None, named), strict=True))
        with torch.no_grad():
            query_vector, intent, left_open = module(*inputs)
        np.testing.assert_allclose(given["QUERY_VECTOR"], query_vector.numpy(), atol=1e-6)
        np.testing.assert_allclose(given["INTENT"], intent.numpy(), atol=1e-6)
        np.testing.assert_allclose(given["OPEN"], left_open.numpy(), atol=1e-6)


def test_a_module_in_training_mode_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="training mode"):
        export(SmallFusion(), FUSION, tmp_path / "fusion.onnx", arguments(2))


def test_a_file_of_other_tensors_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "fusion.onnx"
    export(SmallFusion().eval(), FUSION, path, arguments(2))
    with pytest.raises(StepError, match=r"fusion\.onnx: inputs .*TOKEN_IDS"):
        check(path, STEPS["text_encoder"])


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x08"])
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fusion.onnx"
    path.write_bytes(content)
    with pytest.raises(StepError, match=r"fusion\.onnx"):
        check(path, FUSION)
