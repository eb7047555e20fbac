"""Thousands of malformed requests over raw gRPC: each one is INVALID_ARGUMENT, no process ends, no memory grows."""

from __future__ import annotations

import collections
import logging
from collections.abc import Callable
from typing import Any

import grpc
import psutil
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tritonclient.grpc import service_pb2, service_pb2_grpc

from deploy.local.server import LocalServer
from tests.serving.malformed import KINDS, Input

pytestmark = [pytest.mark.slow, pytest.mark.triton]

_LOG = logging.getLogger(__name__)  # figures: pytest --log-cli-level=INFO

_MESSAGES: Any = service_pb2
_MORE_MEMORY = 1.25
"""Resident memory after all requests over that after the first tenth, for the server and for all its Python processes."""


def _request(model: str, inputs: list[Input]) -> Any:
    request = _MESSAGES.ModelInferRequest(model_name=model)
    for name, datatype, shape, raw in inputs:
        request.inputs.add(name=name, datatype=datatype, shape=shape)
        request.raw_input_contents.append(raw)
    return request


class Fuzzed:
    """Sends malformed requests and remembers what became of them."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(address)
        self._stub = service_pb2_grpc.GRPCInferenceServiceStub(self._channel)
        self.counts: collections.Counter[tuple[str, str]] = collections.Counter()
        self.wrong: dict[str, str] = {}

    def send(self, kind: str, model: str, inputs: list[Input]) -> None:
        code, text = "OK", ""
        for _ in range(50):
            try:
                self._stub.ModelInfer(_request(model, inputs), timeout=20)
                break
            except grpc.RpcError as error:
                code, text = error.code().name, error.details()
                if text is None or "Request timeout expired" not in text:  # else shed on a busy machine, not judged
                    break
        self.counts[kind, code] += 1
        if code != "INVALID_ARGUMENT":
            self.wrong.setdefault(f"{kind} {code} {text}", repr((model, inputs))[:500])

    def close(self) -> None:
        self._channel.close()


def _family(server: LocalServer) -> dict[int, psutil.Process]:
    return {process.pid: process for process in psutil.Process(server.pid).children(recursive=True)}


def _resident(server: LocalServer) -> tuple[int, int]:
    """Bytes of the server, and of its Python processes; shared memory left out."""
    triton, python = 0, 0
    for process in _family(server).values():
        memory = process.memory_info()
        private = memory.rss - memory.shared
        if process.name() == "tritonserver":
            triton += private
        else:
            python += private
    return triton, python


def _examples(number: int, kind: str, strategy: Any, send: Callable[[str, str, list[Input]], None]) -> None:
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def run(drawn: tuple[str, list[Input]]) -> None:
        send(kind, *drawn)

    run()


def test_every_malformed_request_is_an_invalid_argument(server: LocalServer) -> None:
    fuzzed = Fuzzed(server.grpc_address)
    before = _family(server)
    try:
        for kind, (number, strategy) in KINDS.items():
            _examples(number // 10, kind, strategy, fuzzed.send)
        resident = _resident(server)
        for kind, (number, strategy) in KINDS.items():
            _examples(number, kind, strategy, fuzzed.send)
    finally:
        fuzzed.close()
    report = "\n".join(f"{kind:32} {code:20} {number:6}" for (kind, code), number in sorted(fuzzed.counts.items()))
    assert not fuzzed.wrong, "\n".join(f"{what}: {request}" for what, request in fuzzed.wrong.items())
    assert sum(fuzzed.counts.values()) >= 3_500, report
    assert _family(server).keys() == before.keys()
    after = _resident(server)
    _LOG.info("requests:\n%s", report)
    _LOG.info("private MB before and after: %s", [size >> 20 for size in (*resident, *after)])
    for was, now in zip(resident, after, strict=True):
        assert now < was * _MORE_MEMORY
    server.canary()
