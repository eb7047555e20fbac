"""What releases do wrong, by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from export.steps import TEMPLATES
from tests.export.repository_check.conftest import Damage, edit, replace, swap, write

pytestmark = pytest.mark.slow
ORT = "text_encoder/configs/ort_tensorrt.pbtxt"
PLAN = "text_encoder/configs/tensorrt.pbtxt"
ORT_TEMPLATE = (TEMPLATES / ORT).read_text(encoding="utf-8")  # its cache is the same for every file


def without_graph_specs(folder: Path) -> None:
    """A damage: the sizes of batch that a CUDA graph is captured at are left to the backend."""
    text = (folder / PLAN).read_text(encoding="utf-8")
    write(folder / PLAN, re.sub(r"graph_spec \[.*?\]", "", text, count=1, flags=re.DOTALL))


DAMAGES = [
    Damage(
        rule="no_bounded_queue_on_parallel_steps",
        do=edit("image_encoder/config.pbtxt", "timeout_action", "max_queue_size: 8 timeout_action"),
        file="image_encoder/config.pbtxt",
        says="max_queue_size: 8",
        release="26.02",
    ),
    Damage(
        rule="no_queue_policy_with_one_instance",
        do=edit("scorer/config.pbtxt", "count: 2", "count: 1"),
        file="scorer/config.pbtxt",
        says="1 instance",
    ),
    Damage(
        rule="no_response_cache",
        do=edit("scorer/config.pbtxt", "max_batch_size", "response_cache { enable: true }\nmax_batch_size"),
        file="scorer/config.pbtxt",
        says="response_cache",
    ),
    Damage(
        rule="no_field_that_the_release_lacks",
        do=edit("search/config.pbtxt", "ensemble_scheduling {", "ensemble_scheduling {\nmax_inflight_requests: 4"),
        file="search/config.pbtxt",
        says="max_inflight_requests",
        release="25.10",
    ),
    Damage(
        rule="only_parameters_that_the_accelerator_knows",
        do=edit(ORT, "max_workspace_size_bytes", "trt_max_workspace_size"),
        file=ORT,
        says="trt_max_workspace_size",
        variant="ort_tensorrt",
    ),
    Damage(
        rule="only_parameters_that_the_accelerator_knows",
        do=edit(ORT, 'name: "tensorrt"', 'name: "trt"'),
        file=ORT,
        says="trt",
        variant="ort_tensorrt",
    ),
    Damage(
        rule="precision_is_the_models_own",
        do=edit(ORT, "parameters {", 'parameters { key: "precision_mode" value: "FP16" } parameters {'),
        file=ORT,
        says="from the ONNX file alone",
        variant="ort_tensorrt",
    ),
    Damage(
        rule="engines_are_kept",
        do=edit(ORT, 'key: "trt_engine_cache_enable"', 'key: "trt_dla_core"'),
        file=ORT,
        says="no trt_engine_cache_enable",
        variant="ort_tensorrt",
    ),
    Damage(
        rule="engines_are_kept_by_file",
        do=swap("text_encoder/1/model.onnx", "product_text_encoder/1/model.onnx"),
        file=ORT,
        says="carries",
        variant="ort_tensorrt",
    ),
    Damage(
        rule="engines_are_kept_by_file",
        do=replace(ORT, ORT_TEMPLATE),
        file=ORT,
        says="the sum of model.onnx",
        variant="ort_tensorrt",
    ),
    Damage(
        rule="no_cuda_graphs_in_onnx_runtime",
        do=edit(ORT, "parameters {", 'parameters { key: "trt_cuda_graph_enable" value: "1" } parameters {'),
        file=ORT,
        says="trt_cuda_graph_enable",
        variant="ort_tensorrt",
    ),
    Damage(
        rule="cuda_graphs_are_not_filled_up",
        do=edit(PLAN, "{ batch_size: 4 }", "{ batch_size: 4 graph_lower_bound { batch_size: 1 } }"),
        file=PLAN,
        says="graph_lower_bound",
        variant="tensorrt",
    ),
    Damage(
        rule="cuda_graphs_are_not_filled_up",
        do=edit(PLAN, "{ batch_size: 4 }", '{ batch_size: 4 input { key: "MASK" value { dim: [ 32 ] } } }'),
        file=PLAN,
        says="does not name TOKEN_IDS",
        variant="tensorrt",
    ),
    Damage(
        rule="every_batch_has_a_cuda_graph",
        do=edit(PLAN, "{ batch_size: 5 }, ", ""),
        file=PLAN,
        says="no CUDA graph for batches of 5",
        variant="tensorrt",
    ),
    Damage(
        rule="every_batch_has_a_cuda_graph",
        do=without_graph_specs,
        file=PLAN,
        says="no CUDA graph for batches of 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
        variant="tensorrt",
    ),
    Damage(rule="plans_run_on_gpus", do=edit(PLAN, "KIND_GPU", "KIND_CPU"), file=PLAN, says="KIND_GPU", variant="tensorrt"),
    Damage(
        rule="ragged_batches_go_to_python_alone",
        do=edit("text_encoder/config.pbtxt", "dims: [ -1 ] }", "dims: [ -1 ] allow_ragged_batch: true }"),
        file="text_encoder/config.pbtxt",
        says="TOKEN_IDS",
    ),
]


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_the_rule_that_is_there_for_it_says_so(damage: Damage, copy: Path) -> None:
    damage.check(copy)
