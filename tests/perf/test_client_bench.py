"""A short client bench on the real server, as its command runs it, and the arithmetic behind its figures."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from tritonclient.grpc import service_pb2, service_pb2_grpc

from assortment.errors import InputError, ServerError, StepError
from assortment.paths import BuildPaths
from perf.client.memory import Memory
from perf.client.pairs import Pairs, in_turns
from perf.client.record import record
from perf.client.settings import ClientBenchSettings
from perf.client.sides import Block
from perf.patience import SHED
from perf.report.part import Part


class Scripted:
    """A side that takes so long for each call, and tells when it ran."""

    def __init__(self, name: str, seconds: Sequence[float], order: list[str], answer: str = "a") -> None:
        self.name, self.seconds, self.order, self.answer = name, list(seconds), order, answer

    def run(self, queries: Sequence[str]) -> Block:
        self.order.append(self.name)
        taken = self.seconds.pop(0)
        ids: list[Sequence[str]] = [[self.answer]] * len(queries)
        return Block(times_s=[taken] * len(queries), ids=ids, seconds=taken * len(queries), cpu_s=taken)

    def close(self) -> None:
        pass


def test_each_pair_is_compared_with_itself_and_the_first_warms_up() -> None:
    order: list[str] = []
    ours, raw = Scripted("ours", [9.0, 1.1, 2.2, 6.0], order), Scripted("raw", [1.0, 1.0, 2.0, 5.0], order)
    pairs = in_turns(ours, raw, [["q", "r"]] * 4, compare=True)
    assert pairs.p50_ratio == pytest.approx(1.1)
    assert pairs.throughput_ratio == pytest.approx(1 / 1.1)
    assert len(pairs.ours) == 3
    assert order == ["raw", "ours", "ours", "raw"] * 2


def test_other_answers_are_no_comparison() -> None:
    order: list[str] = []
    with pytest.raises(StepError, match="different answers"):
        in_turns(Scripted("ours", [1.0], order), Scripted("raw", [1.0], order, answer="b"), [["q"]], compare=True)


def test_the_slope_is_that_of_the_second_half() -> None:
    growing = Memory(calls=[1000, 2000, 3000, 4000], resident_mb=[10.0, 50.0, 51.0, 52.0], seconds=1.0)
    assert growing.kb_per_1000_calls == pytest.approx(1024.0)


def test_pairs_tell_both_sides() -> None:
    one = Block(times_s=[0.001, 0.003], ids=[["a"], ["b"]], seconds=0.004, cpu_s=0.002, refused=1)
    told = Pairs(ours=[one], raw=[one]).summary()
    assert told["ours"] == {
        "ms": {"p50": 2.0, "p95": 2.9, "p99": 2.98, "requests": 2},
        "per_s": 500.0,
        "cpu_ms": 1.0,
        "refused": 1,
    }
    assert told["p50_ratio"] == told["throughput_ratio"] == 1.0


@pytest.mark.parametrize("wrong", [{"overdue_calls": 5}, {"thread_calls": 1}, {"calls": 0}, {"imports": 0}])
def test_amounts_that_leave_nothing_to_measure_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        ClientBenchSettings.quick(**wrong)
    assert ClientBenchSettings(overdue_calls=8, thread_calls=2)


class Sheds(service_pb2_grpc.GRPCInferenceServiceServicer):
    """Refuses so many requests as a full queue does, then answers with the query's text; "nothing" it fails."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals

    def ModelInfer(self, request: Any, context: Any) -> Any:  # noqa: N802
        if b"nothing" in request.raw_input_contents[0]:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "QUERY: is empty")
        self.refusals -= 1
        if self.refusals >= 0:
            context.abort(grpc.StatusCode.UNAVAILABLE, f"in ensemble 'search', {SHED}")
        return service_pb2.ModelInferResponse(model_name=request.model_name, raw_output_contents=request.raw_input_contents[:1])


@contextmanager
def shedding(refusals: int) -> Iterator[str]:
    server = grpc.server(ThreadPoolExecutor(1))
    service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(Sheds(refusals), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


def test_answers_are_recorded_from_a_server_that_sheds_now_and_then(tmp_path: Path) -> None:
    with shedding(2) as address:
        record(address, ["blue", "red"], tmp_path / "answers.json")
    told = json.loads((tmp_path / "answers.json").read_text())
    assert b"blue" in base64.b64decode(told["blue"])
    assert b"red" in base64.b64decode(told["red"])


@pytest.mark.parametrize(("query", "told"), [("blue", "shed 'blue' 5 times"), ("nothing", "failed the search 'nothing'")])
def test_a_server_that_does_not_answer_is_told_with_its_address(query: str, told: str, tmp_path: Path) -> None:
    with shedding(1_000) as address, pytest.raises(ServerError, match=f"{address} {told}"):
        record(address, [query], tmp_path / "answers.json")


@pytest.fixture(scope="module")
def folder(small_build: BuildPaths, tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = tmp_path_factory.mktemp("bench")
    (build / "small").symlink_to(small_build.root, target_is_directory=True)
    command = [sys.executable, "-m", "perf.client", "--catalogue", "small", "--build", str(build), "--quick"]
    short = [
        "--latency-blocks=2",
        "--throughput-blocks=1",
        "--imports=1",
        "--thread-calls=640",
        "--calls=2000",
        "--overdue-calls=20",
    ]
    ended = subprocess.run([*command, *short], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert ended.returncode == 0, ended.stderr
    assert "Our client by raw tritonclient" in ended.stdout
    return build / "client_bench"


@pytest.mark.slow
@pytest.mark.triton
def test_everything_is_told(folder: Path) -> None:
    told: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    for face in ("sync", "async"):
        for way in ("one_at_a_time", "in_flight"):
            assert told[way][face]["p50_ratio"] > 0
        assert told["imports"][f"{face}_above_s"] < told["imports"]["seconds"]["SearchClient"]
        assert told["memory"][face]["calls"] == 1920  # the nearest number that 40 samples and 8 tasks divide
    assert told["shared_by_threads"]["threads"] == 64
    ended = [one["ended"] for one in told["past_deadline"]]
    assert len(ended) == 8
    assert {name for one in ended for name in one} == {"DeadlineExceeded", "DEADLINE_EXCEEDED"}
    assert min(one["over_ms"]["p50"] for one in told["past_deadline"]) >= 0
    table = (folder / "table.md").read_text()
    assert table.startswith("|  | sync | async | wanted |\n| --- |")
    assert (folder / "plot.png").stat().st_size > 10_000
    assert "raw tritonclient's time" in Part.read(folder).finding
