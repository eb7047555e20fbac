"""The stage table from Triton's own statistics messages."""

from __future__ import annotations

from typing import Any

import pytest
from tritonclient.grpc import service_pb2

from perf import stages


def statistics(**requests: int) -> Any:
    """A ``ModelStatisticsResponse`` after so many requests of each model: 1 ms queue, 2 ms compute, batches of 4."""
    response = service_pb2.ModelStatisticsResponse()
    for name, count in requests.items():
        model = response.model_stats.add(name=name, version="1", inference_count=count, execution_count=count // 4)
        model.inference_stats.success.count = count
        model.inference_stats.success.ns = count * (5_000_000 if name == "search" else 3_000_000)
        model.inference_stats.queue.ns = count * 1_000_000
        model.inference_stats.compute_input.ns = count * 250_000
        model.inference_stats.compute_infer.ns = count * 1_500_000
        model.inference_stats.compute_output.ns = count * 250_000
    return response


def test_means_belong_to_what_ran_between_two_snapshots() -> None:
    before, after = stages.snapshot(statistics(prepare=100)), stages.snapshot(statistics(prepare=300))
    (stage,) = stages.stages(stages.between(before, after))
    assert (stage.model, stage.requests, stage.mean_batch) == ("prepare", 200, 4.0)
    assert (stage.queue_ms, stage.compute_ms, stage.total_ms) == pytest.approx((1.0, 2.0, 3.0))


def test_times_are_of_requests_that_did_not_fail() -> None:
    response = statistics(prepare=100)
    response.model_stats[0].inference_stats.fail.count = 50  # Triton adds no time for these
    (stage,) = stages.stages(stages.snapshot(response))
    assert stage.requests == 150
    assert (stage.queue_ms, stage.compute_ms, stage.total_ms) == pytest.approx((1.0, 2.0, 3.0))


def test_models_that_did_nothing_are_left_out() -> None:
    before = stages.snapshot(statistics(prepare=100, image_encoder=8))
    assert set(stages.between(before, stages.snapshot(statistics(prepare=104, image_encoder=8)))) == {"prepare"}


def test_an_ensemble_comes_first_and_has_no_batches() -> None:
    found = stages.stages(stages.snapshot(statistics(prepare=8, search=8)))
    assert [stage.model for stage in found] == ["search", "prepare"]
    assert found[0].mean_batch == 0
    assert (found[0].queue_ms, found[0].compute_ms) == (0, 0)  # Triton repeats its steps' there
    assert found[0].total_ms == pytest.approx(5.0)


def test_versions_of_a_model_are_summed() -> None:
    response = statistics(scorer=8)
    response.model_stats.add().CopyFrom(response.model_stats[0])
    response.model_stats[1].version = "2"
    assert stages.snapshot(response)["scorer"].requests == 16


def test_blocks_add_up() -> None:
    parts = [stages.snapshot(statistics(prepare=4)), stages.snapshot(statistics(prepare=8, scorer=4))]
    assert {model: counted.requests for model, counted in stages.total(parts).items()} == {"prepare": 12, "scorer": 4}
