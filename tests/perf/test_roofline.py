"""The estimate on paper: counting, the time model against published figures, and our graphs against the textbook's count."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from assortment.errors import InputError, StepError
from assortment.paths import BuildPaths
from perf.report.part import Part
from perf.roofline import bert, command, estimate, published
from perf.roofline.command import Settings
from perf.roofline.estimate import WITHOUT_REUSE, floor_milliseconds, milliseconds
from perf.roofline.gpus import ESTIMATED, H100, L4
from perf.roofline.graph import trace
from perf.roofline.work import FULL, HALF, Operation, Work


@pytest.mark.parametrize(
    ("operation", "flops"),
    [
        (Operation(kind="MatMul", inputs=[(2, 3, 4), (4, 5)], outputs=[(2, 3, 5)]), 2 * 30 * 4),
        (Operation(kind="Gemm", inputs=[(3, 4), (5, 4), (5,)], outputs=[(3, 5)]), 2 * 15 * 4),
        (Operation(kind="Conv", inputs=[(1, 8, 6, 6), (16, 8, 3, 3)], outputs=[(1, 16, 6, 6)]), 2 * 576 * 72),
        (Operation(kind="Conv", inputs=[(1, 8, 6, 6), (8, 1, 3, 3)], outputs=[(1, 8, 6, 6)]), 2 * 288 * 9),  # depthwise
        (Operation(kind="Softmax", inputs=[(2, 7)], outputs=[(2, 7)]), 5 * 14),
        (Operation(kind="Add", inputs=[(2, 7), (7,)], outputs=[(2, 7)]), 14),
        (Operation(kind="Gather", inputs=[(1_000, 8), (4,)], outputs=[(4, 8)]), 0),
    ],
)
def test_operations_are_counted(operation: Operation, flops: int) -> None:
    assert operation.flops == flops


def test_a_gather_moves_what_it_picks_and_not_its_table() -> None:
    assert Operation(kind="Gather", inputs=[(1_000_000, 8), (4,)], outputs=[(4, 8)]).elements == 64


def test_the_catalogue_can_be_made_larger_on_paper() -> None:
    scan = Operation(kind="MatMul", inputs=[(640, 256), (256, 2)], outputs=[(640, 2)])
    assert scan.with_rows(640, 6_400).flops == 10 * scan.flops


def test_a_graph_is_counted_as_it_ran(tmp_path: Path) -> None:
    weights = helper.make_tensor("w", TensorProto.FLOAT, [8, 5], np.ones(40, dtype=np.float32))
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("Softmax", ["h"], ["y"], axis=-1)],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 5])],
        [weights],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), tmp_path / "g.onnx")
    traced = trace(tmp_path / "g.onnx", {"x": np.zeros((3, 8), dtype=np.float32), "unused": np.zeros(1)})
    assert [(each.kind, each.flops) for each in traced.operations] == [("MatMul", 2 * 15 * 8), ("Softmax", 75)]
    assert traced.outputs["y"].shape == (3, 5)
    assert traced.once == [(3, 8), (8, 5), (3, 5)]
    with pytest.raises(StepError, match=r"g\.onnx is not the graph that was expected"):
        trace(tmp_path / "g.onnx", {"x": np.zeros((3, 9), dtype=np.float32)})


def test_of_a_table_in_which_rows_are_looked_up_the_floor_counts_nothing(tmp_path: Path) -> None:
    table = helper.make_tensor("table", TensorProto.FLOAT, [8, 5], np.ones(40, dtype=np.float32))
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "x"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.INT64, ["batch"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 5])],
        [table],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), tmp_path / "g.onnx")
    assert trace(tmp_path / "g.onnx", {"x": np.zeros(3, dtype=np.int64)}).once == [(3,), (3, 5)]


def test_a_missing_graph_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="assortment export"):
        trace(tmp_path / "absent.onnx", {})


def test_the_estimate_explains_what_was_published() -> None:
    fit = estimate.fit()
    assert fit.mean_error < 1.3
    assert fit.worst_error < 1.8
    for series in published.BERT_BASE:
        times = [milliseconds(published.work(batch), series.gpu, fit.efficiency) for batch in series.mean_ms]
        assert times == sorted(times)


def test_nothing_beats_the_floor_and_more_hardware_is_no_slower() -> None:
    efficiency = estimate.fit().efficiency
    work = published.work(8)
    for gpu in ESTIMATED:
        assert floor_milliseconds(work, gpu) < milliseconds(work, gpu, WITHOUT_REUSE) < milliseconds(work, gpu, efficiency)
    assert milliseconds(work, H100, efficiency) < milliseconds(work, L4, efficiency)


def test_the_floor_knows_nothing_of_what_lies_between_two_operations() -> None:
    large = (1_000, 1_000)
    chain = [Operation(kind="MatMul", inputs=[large, large], outputs=[large])] * 10
    once = [
        large,
        *[large] * 10,
        large,
    ]  # an input, ten weights, an output: 12 million elements, where the kernels move 30 million
    work = Work(stage="", batch=1, operations=chain, bytes_per_element=HALF, once=once)
    assert floor_milliseconds(work, L4) == pytest.approx(max(20e9 / 121e9, 24e6 / 300e6))
    assert milliseconds(work, L4, WITHOUT_REUSE) == pytest.approx(10 * max(2e9 / 121e9, 6e6 / 300e6))
    assert floor_milliseconds(replace(work, operations=[], once=[]), L4) == 0.0


@pytest.mark.parametrize(("field", "value"), [("batches", ()), ("batches", (0,)), ("products", (100,))])
def test_settings_name_the_wrong_field(field: str, value: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=field):
        Settings(**{field: value})


@pytest.fixture(scope="module")
def results(small_build: BuildPaths, tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = tmp_path_factory.mktemp("build")
    (build / "small").symlink_to(small_build.root, target_is_directory=True)
    assert command.main(["--quick", "--catalogue", "small", "--build", str(build)]) == 0
    return build / "roofline"


@pytest.mark.slow
def test_our_encoder_counts_as_the_textbook_says(results: Path) -> None:
    told = {stage["stage"]: stage for stage in json.loads((results / "summary.json").read_text())["stages"]}
    operations = bert.operations(bert.MINILM_L6, batch=1, tokens=32)
    textbook = Work(stage="", batch=1, operations=operations, bytes_per_element=HALF)
    assert told["text_encoder"]["flops"] == pytest.approx(textbook.flops, rel=0.05)
    assert told["text_encoder"]["bytes"] == pytest.approx(textbook.bytes_moved, rel=0.05)
    assert told["scorer, 40,000 products"]["flops"] >= 2 * 40_000 * 256  # a multiply-add for each product and dimension


@pytest.mark.slow
def test_no_stage_is_expected_to_beat_its_floor_and_weights_are_in_it(results: Path) -> None:
    stages = json.loads((results / "summary.json").read_text())["stages"]
    for stage in stages:
        for gpu in ESTIMATED:
            floor, without_reuse = stage["floor_ms"][gpu.name], stage["without_reuse_ms"][gpu.name]
            assert floor <= without_reuse <= stage["expected_ms"][gpu.name], (stage["stage"], gpu.name)
    told = {stage["stage"]: stage for stage in stages}
    assert told["scorer, 40,000 products"]["bytes_once"] >= 40_000 * 256 * FULL
    assert told["text_encoder"]["bytes_once"] >= 6 * 12 * 384**2 * HALF  # six layers of 4 h^2 + 2 * 4 h^2 weights


@pytest.mark.slow
def test_everything_is_marked_as_not_measured(results: Path) -> None:
    part = Part.read(results)
    assert part.finding.startswith("On paper")
    assert part.notes[0].startswith("On paper")
    assert (results / part.pictures[0].file).is_file()
    assert json.loads((results / "summary.json").read_text())["measured"] is False
