from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto
from torch import Tensor, nn

from assortment.contract import STEPS
from assortment.errors import InputError, StepError
from assortment.serving.onnx_session import OnnxSession
from export.onnx_export import check, export
from export.precision import float16

ENCODER = STEPS["text_encoder"]
EXAMPLE = torch.randint(0, 100, (6, 9), generator=torch.Generator().manual_seed(5))


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(100, 64)
        self.norm = nn.LayerNorm(64)
        self.projection = nn.Linear(64, 256)
        self.named = nn.Linear(64, 5)

    def forward(self, token_ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        pooled = self.norm((self.embedding(token_ids) * mask.unsqueeze(-1).float()).sum(1))
        return nn.functional.normalize(self.projection(pooled), dim=-1), self.named(pooled).sigmoid()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(5)
    path = tmp_path_factory.mktemp("float16") / "text_encoder.onnx"
    export(Encoder().eval(), ENCODER, path, (EXAMPLE, torch.ones_like(EXAMPLE)))
    return path


def weight_types(path: Path) -> set[int]:
    return {weight.data_type for weight in onnx.load(str(path)).graph.initializer if len(weight.dims) == 2}


def test_half_the_size_the_same_tensors_and_nearly_the_same_answers(exported: Path, tmp_path: Path) -> None:
    target = tmp_path / "text_encoder_fp16.onnx"
    float16.convert(exported, target)
    check(target, ENCODER)  # float32 and INT64 outside, as the contract says
    assert weight_types(target) == {TensorProto.FLOAT16}
    assert target.stat().st_size < 0.6 * exported.stat().st_size
    inputs = {"TOKEN_IDS": EXAMPLE.numpy(), "MASK": np.ones((6, 9), dtype=np.int64)}
    one, other = (OnnxSession(path).run(inputs)["TEXT_VECTOR"] for path in (exported, target))
    np.testing.assert_allclose(one, other, atol=5e-3)
    assert other.dtype == np.float32


def test_operators_can_be_kept_in_float32(exported: Path, tmp_path: Path) -> None:
    target = tmp_path / "kept.onnx"
    float16.convert(exported, target, keep=["Gemm"])
    check(target, ENCODER)
    assert TensorProto.FLOAT in weight_types(target)


def test_an_operator_that_the_model_lacks_is_named(exported: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"keep: 'Conv' is not allowed; allowed: .* text_encoder\.onnx, and .*Gemm"):
        float16.convert(exported, tmp_path / "never.onnx", keep=["Conv"])


def test_what_is_kept_is_not_rounded_in_between(tmp_path: Path) -> None:
    """log(1 - p) of a p next to 1, which float16 takes for 1."""

    class Chance(nn.Module):
        def forward(self, pixels: Tensor, presence: Tensor) -> Tensor:
            p = presence[:, :1].clamp(max=1.0 - 1e-6)
            return pixels.flatten(1)[:, :256] * torch.log(1.0 - p)

    source, target = tmp_path / "image_encoder.onnx", tmp_path / "image_encoder_fp16.onnx"
    inputs = {
        "PIXELS": np.ones((2, *STEPS["image_encoder"].inputs[0].dims), dtype=np.float32),
        "PRESENCE": np.ones((2, 2), dtype=np.float32),
    }
    export(Chance().eval(), STEPS["image_encoder"], source, tuple(torch.from_numpy(value) for value in inputs.values()))
    float16.convert(source, target, keep=["Clip", "Sub", "Log"])
    check(target, STEPS["image_encoder"])
    found = OnnxSession(target).run(inputs)["IMAGE_VECTOR"]
    np.testing.assert_allclose(found, OnnxSession(source).run(inputs)["IMAGE_VECTOR"], rtol=1e-2)


def test_what_is_converted_already_is_refused(exported: Path, tmp_path: Path) -> None:
    once = tmp_path / "once.onnx"
    float16.convert(exported, once)
    with pytest.raises(StepError, match=r"once\.onnx is no float32 model"):
        float16.convert(once, tmp_path / "twice.onnx")


@pytest.mark.parametrize("content", [None, b"", b"no model"])
def test_a_missing_or_damaged_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StepError, match=r"broken\.onnx is no ONNX model"):
        float16.convert(path, tmp_path / "never.onnx")
