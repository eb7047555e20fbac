"""Spans and metrics of calls, on OpenTelemetry's own SDK; and, on the real server, its spans below the client's."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode, TraceFlags

from assortment_client import AsyncSearchClient, Hedge, Overloaded, SearchClient, SearchResponse, ServerFailed
from assortment_client.opentelemetry import OpenTelemetryObserver
from assortment_client.testing import FakeServer, failures
from deploy.local.server import LocalServer


class Recorded:
    """An observer, and what it recorded."""

    def __init__(self, **tracing: Any) -> None:
        self._spans, self._metrics = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracer_provider = TracerProvider(**tracing)
        self.tracer_provider.add_span_processor(SimpleSpanProcessor(self._spans))
        self._meter_provider = MeterProvider([self._metrics])
        self.observer = OpenTelemetryObserver(tracer_provider=self.tracer_provider, meter_provider=self._meter_provider)

    def spans(self) -> tuple[ReadableSpan, ...]:
        """In the order in which they ended."""
        return self._spans.get_finished_spans()

    def clear(self) -> None:
        self._spans.clear()

    def points(self, name: str) -> list[Any]:
        data = self._metrics.get_metrics_data()
        metrics = [metric for resource in data.resource_metrics for scope in resource.scope_metrics for metric in scope.metrics]
        return [point for metric in metrics if metric.name == name for point in metric.data.data_points]


@pytest.fixture
def server():
    with FakeServer() as server:
        yield server


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture
def client(server, recorded):
    with SearchClient(server.endpoint, observers=[recorded.observer]) as client:
        yield client


def test_a_call_is_a_span_and_its_attempt_one_below(client, server, recorded) -> None:
    with recorded.tracer_provider.get_tracer("shop").start_as_current_span("POST /search"):
        response = client.search("blue shoes")
    attempt, call, outer = recorded.spans()
    assert (call.name, attempt.name) == ("assortment search", "inference.GRPCInferenceService/ModelInfer")
    assert call.parent.span_id == outer.context.span_id
    assert attempt.parent.span_id == call.context.span_id
    assert (call.kind, attempt.kind) == (SpanKind.CLIENT, SpanKind.CLIENT)
    assert (call.status.status_code, attempt.status.status_code) == (StatusCode.UNSET, StatusCode.UNSET)
    host, _, port = server.endpoint.partition(":")
    assert dict(attempt.attributes) == {
        "rpc.system.name": "grpc",
        "rpc.method": "inference.GRPCInferenceService/ModelInfer",
        "rpc.response.status_code": "OK",
        "server.address": host,
        "server.port": int(port),
        "assortment.attempt.number": 1,
        "assortment.attempt.kind": "first",
        "assortment.deadline": pytest.approx(2.0, abs=0.5),
    }
    assert call.attributes["assortment.method"] == "search"
    assert call.attributes["assortment.model"] == "search"
    assert call.attributes["assortment.request_id"] == response.request_id
    assert call.attributes["assortment.degraded"] is False
    stages = [call.attributes[f"assortment.stage.{stage}"] for stage in ("encode", "attempts", "backoff", "decode")]
    assert stages[1] > 0
    assert sum(stages) <= (call.end_time - call.start_time) / 1e9


def test_the_attempts_context_goes_along(client, server, recorded) -> None:
    client.search("blue shoes")
    attempt, _ = recorded.spans()
    version, trace_id, span_id, flags = server.requests[0].metadata["traceparent"].split("-")
    assert (version, int(trace_id, 16), int(span_id, 16)) == ("00", attempt.context.trace_id, attempt.context.span_id)
    assert int(flags, 16) & TraceFlags.SAMPLED


def test_what_is_not_sampled_is_told_so(server) -> None:
    unsampled = Recorded(sampler=ALWAYS_OFF)
    with SearchClient(server.endpoint, observers=[unsampled.observer]) as client:
        client.search("blue shoes")
    assert unsampled.spans() == ()
    flags = server.requests[0].metadata["traceparent"].rpartition("-")[2]
    assert not int(flags, 16) & TraceFlags.SAMPLED
    assert unsampled.points("assortment.client.call.duration")[0].count == 1


def test_every_attempt_has_its_own_span_and_place(recorded) -> None:
    with FakeServer() as first, FakeServer() as second:
        first.always(failures.draining())
        second.answer(["c"])
        with SearchClient([first.endpoint, second.endpoint], observers=[recorded.observer]) as client:
            while not first.requests:
                assert client.search("shoes").ids == ("c",)
    failed = next(span for span in recorded.spans() if span.status.status_code is StatusCode.ERROR)
    call = next(span for span in recorded.spans() if span.context.span_id == failed.parent.span_id)
    other = next(
        span for span in recorded.spans() if span.parent and span.parent.span_id == call.context.span_id and span != failed
    )
    assert failed.attributes["rpc.response.status_code"] == "NOT_FOUND"
    assert failed.attributes["server.port"] == int(first.endpoint.rpartition(":")[2])
    assert other.attributes["server.port"] == int(second.endpoint.rpartition(":")[2])
    assert (failed.attributes["assortment.attempt.kind"], other.attributes["assortment.attempt.kind"]) == ("first", "failover")
    assert call.status.status_code is StatusCode.UNSET


def test_failures_are_recorded_by_kind_and_no_text_of_a_request(client, server, recorded) -> None:
    server.always(failures.broken())
    with pytest.raises(ServerFailed):
        client.search("my secret query")
    attempt, call = recorded.spans()
    for span in (attempt, call):
        assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "INTERNAL")
        assert span.attributes["error.type"] == "ServerFailed"
    assert "secret" not in "".join(span.to_json() for span in recorded.spans())
    (point,) = recorded.points("assortment.client.call.duration")
    assert dict(point.attributes) == {
        "assortment.method": "search",
        "assortment.degraded": False,
        "error.type": "ServerFailed",
    }


def test_metrics_of_calls_attempts_and_stages(client, server, recorded) -> None:
    for _ in range(3):
        client.search("shoes")
    (call,) = recorded.points("assortment.client.call.duration")
    assert call.count == 3
    assert call.explicit_bounds[0] == 0.001
    (rpc,) = recorded.points("rpc.client.call.duration")
    assert (rpc.count, rpc.attributes["rpc.response.status_code"]) == (3, "OK")
    assert 0 < rpc.sum <= call.sum
    stages = {point.attributes["assortment.stage"]: point for point in recorded.points("assortment.client.stage.duration")}
    assert {stage: point.count for stage, point in stages.items()} == dict.fromkeys(
        ("encode", "attempts", "backoff", "decode"), 3
    )
    assert stages["backoff"].sum == 0
    (attempts,) = recorded.points("assortment.client.attempts")
    assert (attempts.value, attempts.attributes["assortment.attempt.kind"]) == (3, "first")


def test_degraded_answers_and_breakers_are_counted(client, server, recorded) -> None:
    server.always(failures.overloaded())
    assert client.rerank("shoes", ["a", "b"], degrade=True).degraded
    (degraded,) = recorded.points("assortment.client.degraded")
    assert dict(degraded.attributes) == {"assortment.method": "rerank", "error.type": Overloaded.__name__}
    call = recorded.spans()[-1]
    assert call.attributes["assortment.degraded"] is True
    assert [event.name for event in call.events] == ["degraded"]
    server.always(failures.dead_process())
    for _ in range(3):
        assert client.rerank("shoes", ["a", "b"], degrade=True).degraded
    (state,) = recorded.points("assortment.client.breaker.state")
    assert (state.value, state.attributes["server.port"]) == (2, int(server.endpoint.rpartition(":")[2]))


def test_many_searches_hang_below_the_span_of_their_caller(client, recorded) -> None:
    with recorded.tracer_provider.get_tracer("shop").start_as_current_span("nightly"):
        client.search_many(["a", "b", "c"])
    outer = recorded.spans()[-1]
    calls = [span for span in recorded.spans() if span.name == "assortment search"]
    assert [span.parent and span.parent.span_id for span in calls] == [outer.context.span_id] * 3


def test_the_asynchronous_client_is_followed_too(recorded) -> None:
    with FakeServer() as slow, FakeServer(["c"]) as quick:
        slow.always(failures.slow(5.0))

        async def search() -> SearchResponse:
            hedge = Hedge(after_s=0.05, ratio=1.0)
            async with AsyncSearchClient([slow.endpoint, quick.endpoint], hedge=hedge, observers=[recorded.observer]) as client:
                with recorded.tracer_provider.get_tracer("shop").start_as_current_span("nightly"):
                    while not slow.requests:
                        (page,) = await client.search_many(["shoes"], deadline_s=10.0)
            assert isinstance(page, SearchResponse)
            return page

        assert asyncio.run(search()).ids == ("c",)
    outer = recorded.spans()[-1]
    hedged = next(span for span in recorded.spans() if span.attributes.get("assortment.attempt.kind") == "hedge")
    call = next(span for span in recorded.spans() if span.context.span_id == hedged.parent.span_id)
    assert call.parent.span_id == outer.context.span_id
    assert (call.status.status_code, hedged.status.status_code) == (StatusCode.UNSET, StatusCode.UNSET)
    lost = next(span for span in recorded.spans() if span.attributes.get("error.type") == "Cancelled")
    assert lost.parent.span_id == call.context.span_id


class Collector(ThreadingHTTPServer):
    """Takes spans as Triton sends them: OTLP over HTTP, as JSON."""

    def __init__(self) -> None:
        self.spans: dict[str, dict[str, Any]] = {}
        super().__init__(("127.0.0.1", 0), _CollectorHandler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/traces"

    def has_below(self, parents: set[str], within_s: float) -> bool:
        give_up = time.monotonic() + within_s
        while not parents <= {span["parentSpanId"] for span in self.spans.copy().values()}:
            if time.monotonic() > give_up:
                return False
            time.sleep(0.1)
        return True


class _CollectorHandler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["content-length"])))
        for resource in told["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                self.server.spans.update({span["spanId"]: span for span in scope["spans"]})
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.mark.slow
@pytest.mark.triton
def test_the_servers_spans_hang_below_the_clients(small_repository, recorded, tmp_path) -> None:
    collector, traces = Collector(), set()
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    files = {"log": tmp_path / "tritonserver.log", "admin_key_file": tmp_path / "admin.key"}
    try:
        with LocalServer(small_repository, otlp_url=collector.url, **files) as server:
            with SearchClient(server.grpc_address) as untraced:
                untraced.search("blue shirt")
            with SearchClient(server.grpc_address, observers=[recorded.observer]) as client:
                for _ in range(3):  # OTLP delivers at most once: when a span is lost, all are asked for again
                    recorded.clear()
                    client.search("blue shirt", deadline_s=10)
                    client.rerank("blue shirt", client.search("shirt", deadline_s=10).ids, deadline_s=10)
                    wanted = {f"{span.context.span_id:016x}" for span in recorded.spans() if span.name.startswith("inference.")}
                    traces |= {f"{span.context.trace_id:032x}" for span in recorded.spans()}
                    if collector.has_below(wanted, within_s=20):  # Triton sends its spans every few seconds
                        break
    finally:
        collector.shutdown()
        collector.server_close()
    below = sorted((span["parentSpanId"], span["name"]) for span in collector.spans.values() if span["parentSpanId"] in wanted)
    assert len(wanted) == 3
    assert below == sorted((parent, "InferRequest") for parent in wanted)
    assert {"search", "rerank", "InferRequest", "compute"} <= {span["name"] for span in collector.spans.values()}
    assert {span["traceId"] for span in collector.spans.values()} <= traces
