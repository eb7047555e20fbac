from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from assortment.contract import NO_FILTER
from assortment.errors import StepError
from assortment.serving.onnx_session import OnnxSession
from assortment.serving.onnx_step import ImageEncoderStep, OnnxStep, join


@pytest.fixture(scope="module")
def sums(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text encoder whose vector is the number of tokens, 256 times."""
    nodes = [
        helper.make_node("ReduceSum", ["MASK", "axis"], ["count"], keepdims=1),
        helper.make_node("Cast", ["count"], ["count_f"], to=TensorProto.FLOAT),
        helper.make_node("Add", ["count_f", "zeros"], ["TEXT_VECTOR"]),
    ]
    graph = helper.make_graph(
        nodes,
        "sums",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["B", "L"]) for name in ("TOKEN_IDS", "MASK")],
        [helper.make_tensor_value_info("TEXT_VECTOR", TensorProto.FLOAT, ["B", 256])],
        [
            helper.make_tensor("axis", TensorProto.INT64, [1], [1]),
            helper.make_tensor("zeros", TensorProto.FLOAT, [256], [0.0] * 256),
        ],
    )
    return _saved(graph, tmp_path_factory.mktemp("onnx") / "sums.onnx")


@pytest.fixture(scope="module")
def means(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image encoder whose vector is the mean of the pixels, 256 times."""
    nodes = [
        helper.make_node("ReduceMean", ["PIXELS", "axes"], ["mean"], keepdims=0),
        helper.make_node("Unsqueeze", ["mean", "one"], ["column"]),
        helper.make_node("Add", ["column", "zeros"], ["IMAGE_VECTOR"]),
    ]
    graph = helper.make_graph(
        nodes,
        "means",
        [
            helper.make_tensor_value_info("PIXELS", TensorProto.FLOAT, ["B", 3, 96, 96]),
            helper.make_tensor_value_info("PRESENCE", TensorProto.FLOAT, ["B", 2]),
        ],
        [helper.make_tensor_value_info("IMAGE_VECTOR", TensorProto.FLOAT, ["B", 256])],
        [
            helper.make_tensor("axes", TensorProto.INT64, [3], [1, 2, 3]),
            helper.make_tensor("one", TensorProto.INT64, [1], [1]),
            helper.make_tensor("zeros", TensorProto.FLOAT, [256], [0.0] * 256),
        ],
    )
    return _saved(graph, tmp_path_factory.mktemp("onnx") / "means.onnx")


def _saved(graph: onnx.GraphProto, path: Path) -> Path:
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    return path


def _text(*lengths: int) -> dict[str, np.ndarray]:
    return {name: np.ones((len(lengths), max(lengths)), dtype=np.int64) for name in ("TOKEN_IDS", "MASK")}


def test_ragged_requests_are_padded_and_come_back_one_by_one(sums: Path) -> None:
    outcomes = OnnxStep("text_encoder", sums).run([_text(3), _text(7, 7), _text(1)])
    assert [outcome["TEXT_VECTOR"][:, 0].tolist() for outcome in outcomes if isinstance(outcome, dict)] == [[3], [7, 7], [1]]


def test_a_request_without_a_filter_allows_every_row_beside_one_with_a_filter() -> None:
    unfiltered, filtered = np.array([[NO_FILTER]], dtype=np.uint8), np.array([[1, 0, 8]], dtype=np.uint8)
    joined = join([{"ALLOW": allow} for allow in (unfiltered, filtered, unfiltered)], ["ALLOW"])["ALLOW"]
    assert joined.tolist() == [[255] * 3, [1, 0, 8], [255] * 3]
    assert joined.dtype == np.uint8
    assert join([{"ALLOW": unfiltered}] * 2, ["ALLOW"])["ALLOW"].tolist() == [[255], [255]], "none is filtered: one byte says so"
    longer = np.array([[7, 7, 7, 7, 7]], dtype=np.uint8)  # of another catalogue version
    assert join([{"ALLOW": allow} for allow in (filtered, longer)], ["ALLOW"])["ALLOW"].tolist() == [[1, 0, 8, 0, 0], [7] * 5]


def test_a_request_without_a_picture_has_a_zero_vector(means: Path) -> None:
    pixels = np.ones((1, 3, 96, 96), dtype=np.float32)
    shown, hidden = ({"PIXELS": pixels, "PRESENCE": np.array([[1, has]], dtype=np.float32)} for has in (1, 0))
    step = ImageEncoderStep(means)
    outcomes = step.run([hidden, shown, hidden])
    assert [float(o["IMAGE_VECTOR"].sum()) for o in outcomes if isinstance(o, dict)] == [0, 256, 0]
    (alone,) = step.run([hidden])
    assert isinstance(alone, dict)
    assert not alone["IMAGE_VECTOR"].any()


def test_a_missing_or_damaged_model_is_named(sums: Path, tmp_path: Path) -> None:
    with pytest.raises(StepError, match=r"model\.onnx is missing; assemble the model repository again"):
        OnnxSession(tmp_path / "model.onnx")
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(sums.read_bytes()[:100])
    with pytest.raises(StepError, match=r"damaged\.onnx cannot be loaded"):
        OnnxSession(damaged)
