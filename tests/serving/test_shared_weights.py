"""Several sessions of one model: one copy of its weights, the same answers."""

import os
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from assortment.errors import StepError
from assortment.serving import shared_weights
from assortment.serving.onnx_session import OnnxSession

WIDTH = 640


@pytest.fixture
def model(tmp_path: Path) -> Path:
    weights = np.random.default_rng(5).normal(size=(WIDTH, WIDTH)).astype(np.float32)
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", WIDTH]) for name in ("X", "Y"))
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["X", "W"], ["Z"]), helper.make_node("Relu", ["Z"], ["Y"])],
        "layer",
        [x],
        [y],
        [numpy_helper.from_array(weights, "W")],
    )
    path = tmp_path / "model.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(shared_weights.FOLDER, str(tmp_path / "weights"))
    return tmp_path / "weights"


def prepared(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir())


def test_answers_are_those_of_a_session_with_weights_of_its_own(
    model: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"X": np.random.default_rng(6).normal(size=(3, WIDTH)).astype(np.float32)}
    shared = [OnnxSession(model, share_weights=True).run(asked)["Y"] for _ in range(2)]
    assert {path.name for path in prepared(folder)[0].iterdir()} == {shared_weights.MODEL, shared_weights.WEIGHTS}
    monkeypatch.delenv(shared_weights.FOLDER)
    for found in shared:
        np.testing.assert_array_equal(found, OnnxSession(model, share_weights=True).run(asked)["Y"])


def test_hard_links_share_one_form_and_another_file_has_another(model: Path, folder: Path, tmp_path: Path) -> None:
    os.link(model, tmp_path / "link.onnx")
    OnnxSession(model, share_weights=True)
    OnnxSession(tmp_path / "link.onnx", share_weights=True)
    assert len(prepared(folder)) == 1
    (tmp_path / "other.onnx").write_bytes(model.read_bytes())
    OnnxSession(tmp_path / "other.onnx", share_weights=True)
    assert len(prepared(folder)) == 2


def test_the_first_writes_and_the_next_maps(model: Path, folder: Path) -> None:
    OnnxSession(model, share_weights=True)
    weights = prepared(folder)[0] / shared_weights.WEIGHTS
    assert weights.stat().st_size >= WIDTH * WIDTH * 4
    kept = OnnxSession(model, share_weights=True)
    mapped = Path("/proc/self/maps").read_text(encoding="utf-8")
    assert str(weights) in mapped
    del kept


def test_a_damaged_model_leaves_nothing_behind(tmp_path: Path, folder: Path) -> None:
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"no model" * (1 << 18))
    with pytest.raises(StepError, match=r"damaged\.onnx cannot be loaded"):
        OnnxSession(damaged, share_weights=True)
    assert prepared(folder) == []


def test_without_a_folder_or_unasked_nothing_is_shared(model: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    OnnxSession(model)
    monkeypatch.delenv(shared_weights.FOLDER)
    OnnxSession(model, share_weights=True)
    assert not folder.exists()


def test_a_folder_that_cannot_be_written_costs_memory_and_no_answers(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv(shared_weights.FOLDER, str(tmp_path / "file"))
    assert OnnxSession(model, share_weights=True).run({"X": np.zeros((1, WIDTH), dtype=np.float32)})["Y"].shape == (1, WIDTH)
    assert "keeps its weights to itself" in caplog.text
