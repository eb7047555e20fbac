from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from assortment.contract import STEPS
from assortment.errors import InputError, StepError
from assortment.serving.onnx_session import OnnxSession
from export.onnx_export import check, export
from export.precision import static_int8
from export.precision.calibration import MIN_SAMPLES, Calibration, spread

ENCODER = STEPS["image_encoder"]


class Convolutions(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 16, 3, stride=4)
        self.second = nn.Conv2d(16, 256, 3, stride=4)

    def forward(self, pixels: Tensor, presence: Tensor) -> Tensor:
        pooled = self.second(nn.functional.relu6(self.first(pixels))).mean((2, 3))
        return nn.functional.normalize(pooled, dim=-1) * presence[:, 1:]


def pictures(number: int) -> dict[str, np.ndarray]:
    size = ENCODER.inputs[0].dims
    pixels = np.random.default_rng(3).uniform(-1, 1, (number, *size)).astype(np.float32)
    return {"PIXELS": pixels, "PRESENCE": np.ones((number, 2), dtype=np.float32)}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(5)
    path = tmp_path_factory.mktemp("static") / "image_encoder.onnx"
    example = tuple(torch.from_numpy(values) for values in pictures(2).values())
    export(Convolutions().eval(), ENCODER, path, example)
    return path


def zero_points(path: Path) -> set[int]:
    """All zero points of a model's Q/DQ nodes; {0} when it is symmetric."""
    graph = onnx.load(str(path)).graph
    weights = {weight.name: weight for weight in graph.initializer}
    named = {node.input[2] for node in graph.node if node.op_type.endswith("uantizeLinear") and len(node.input) > 2}
    return {int(value) for name in named for value in numpy_helper.to_array(weights[name]).flatten()}


def test_symmetric_per_channel_and_near(exported: Path, tmp_path: Path) -> None:
    target = tmp_path / "image_encoder_qdq.onnx"
    static_int8.quantise(exported, target, Calibration([pictures(MIN_SAMPLES)], what="pictures"))
    check(target, ENCODER)
    assert zero_points(target) == {0}, "TensorRT takes nothing else"
    scales = {weight.name: weight.dims for weight in onnx.load(str(target)).graph.initializer if "weight_scale" in weight.name}
    assert sorted(list(dims) for dims in scales.values()) == [[16], [256]], "one scale for each output channel"
    inputs = pictures(8)
    one, other = (OnnxSession(path).run(inputs)["IMAGE_VECTOR"] for path in (exported, target))
    assert (one * other).sum(axis=1).min() > 0.99


def test_a_calibration_can_be_used_again(exported: Path, tmp_path: Path) -> None:
    calibration = Calibration([pictures(MIN_SAMPLES)], what="pictures")
    for name in ("one.onnx", "other.onnx"):
        static_int8.quantise(exported, tmp_path / name, calibration)
    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "other.onnx").read_bytes()


def test_too_small_a_set_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(InputError, match=rf"calibration: '10 pictures' is not allowed; allowed: {MIN_SAMPLES} or more"):
        Calibration([pictures(10)], what="pictures")
    with pytest.raises(InputError, match="'0 pictures'"):
        Calibration([], what="pictures")


def test_a_graph_with_nothing_to_quantise_is_refused(exported: Path, tmp_path: Path) -> None:
    calibration = Calibration([pictures(MIN_SAMPLES)], what="pictures")
    with pytest.raises(StepError, match="nothing to quantise"):
        static_int8.quantise(exported, tmp_path / "never.onnx", calibration, keep=["/"])


def test_samples_are_spread_and_none_comes_twice() -> None:
    assert spread(100, 5) == [0, 24, 49, 74, 99]
    assert spread(3, 10) == [0, 1, 2]
    assert spread(0, 10) == []
