"""Traces and metrics of a client by OpenTelemetry: the extra ``assortment-client[opentelemetry]``.

    from assortment_client import SearchClient
    from assortment_client.opentelemetry import OpenTelemetryObserver

    client = SearchClient("search:8001", observers=[OpenTelemetryObserver()])

Only OpenTelemetry's API is needed here; the service brings an SDK and its exporters, and without one nothing is recorded.

A call is a span ``assortment <method>``, a child of the caller's current span, and each of its attempts a child of that. Attempts
follow the semantic conventions for RPC (https://opentelemetry.io/docs/specs/semconv/rpc/, stable since 1.45), and their W3C
``traceparent`` goes along, so that a server that traces (Triton: ``--trace-config mode=opentelemetry``) hangs its spans below the
attempt that reached it. Both kinds of span are CLIENT: service graphs pair a server's span with the span just above it.

No query, product or message text is recorded, only kinds and codes of errors.

| metric | unit | what |
|---|---|---|
| ``rpc.client.call.duration`` | s | each attempt, by endpoint and status |
| ``assortment.client.call.duration`` | s | each call with all its attempts and waits, by method and kind of error |
| ``assortment.client.stage.duration`` | s | a call's encode, attempts, backoff and decode |
| ``assortment.client.attempts`` | {attempt} | attempts by kind: first, retry, failover, hedge, canary |
| ``assortment.client.degraded`` | {call} | calls that were answered with the caller's own candidates |
| ``assortment.client.breaker.state`` | 1 | of each endpoint: 0 closed, 1 half open, 2 open |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from opentelemetry import metrics, trace
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from assortment_client.errors import SearchError
from assortment_client.observe import AttemptInfo, CallInfo, CallObserver, Observer

_SCOPE: Final = "assortment_client"
_SCHEMA: Final = "https://opentelemetry.io/schemas/1.45.0"
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
_STAGES: Final = ("encode", "attempts", "backoff", "decode")
_STATES: Final = {"closed": 0, "half_open": 1, "open": 2}
_SERVICE: Final = "inference.GRPCInferenceService"
_PROPAGATOR: Final = TraceContextTextMapPropagator()

Attributes = dict[str, str | int | float | bool]


class OpenTelemetryObserver(Observer):
    """Give it to one client or to several: ``SearchClient(..., observers=[OpenTelemetryObserver()])``."""

    def __init__(
        self, *, tracer_provider: trace.TracerProvider | None = None, meter_provider: metrics.MeterProvider | None = None
    ) -> None:
        """Takes the process's global providers where none is given."""
        self._tracer = trace.get_tracer(_SCOPE, tracer_provider=tracer_provider, schema_url=_SCHEMA)
        self._instruments = _Instruments(metrics.get_meter(_SCOPE, meter_provider=meter_provider, schema_url=_SCHEMA))

    def started(self, call: CallInfo) -> CallObserver:
        """Starts the call's span."""
        return _CallSpan(self._tracer, self._instruments, call)

    def breaker_changed(self, endpoint: str, state: str) -> None:
        """Records the endpoint's state."""
        self._instruments.breaker_state.set(_STATES[state], _server(endpoint))


class _Instruments:
    def __init__(self, meter: metrics.Meter) -> None:
        def seconds(name: str, description: str) -> metrics.Histogram:
            return meter.create_histogram(name, "s", description, explicit_bucket_boundaries_advisory=_SECONDS)

        self.rpc_duration = seconds("rpc.client.call.duration", "Duration of an outgoing RPC: of an attempt")
        self.call_duration = seconds("assortment.client.call.duration", "Duration of a call with all its attempts")
        self.stage_duration = seconds("assortment.client.stage.duration", "Duration of a call's stages")
        self.attempts = meter.create_counter("assortment.client.attempts", "{attempt}", "Attempts by kind")
        self.degraded = meter.create_counter(
            "assortment.client.degraded", "{call}", "Calls answered with the caller's own candidates"
        )
        self.breaker_state = meter.create_gauge("assortment.client.breaker.state", "1", "0 closed, 1 half open, 2 open")


class _CallSpan(CallObserver):
    """One call. Hedged attempts are under way at the same time, hence a span by number."""

    def __init__(self, tracer: trace.Tracer, instruments: _Instruments, call: CallInfo) -> None:
        self._tracer, self._instruments = tracer, instruments
        self._method = {"assortment.method": call.method}
        self._rpc = f"{_SERVICE}/{'ModelInfer' if call.model else 'ServerMetadata'}"
        self._was_degraded = False
        attributes: Attributes = {
            **self._method,
            "assortment.model": call.model,
            "assortment.request_id": call.request_id,
            "assortment.deadline": call.deadline_s,
        }
        self._span = tracer.start_span(f"assortment {call.method}", kind=SpanKind.CLIENT, attributes=attributes)
        self._context = trace.set_span_in_context(self._span)
        self._attempts: dict[int, Span] = {}

    def attempt_started(self, attempt: AttemptInfo) -> Mapping[str, str]:
        attributes: Attributes = {
            "rpc.system.name": "grpc",
            "rpc.method": self._rpc,
            **_server(attempt.endpoint),
            "assortment.attempt.number": attempt.number,
            "assortment.attempt.kind": attempt.kind,
            "assortment.deadline": attempt.deadline_s,
        }
        span = self._tracer.start_span(self._rpc, self._context, kind=SpanKind.CLIENT, attributes=attributes)
        self._attempts[attempt.number] = span
        metadata: dict[str, str] = {}
        _PROPAGATOR.inject(metadata, trace.set_span_in_context(span))
        return metadata

    def attempt_ended(self, attempt: AttemptInfo, error: SearchError | None, seconds: float) -> None:
        span = self._attempts.pop(attempt.number)
        span.set_attribute("rpc.response.status_code", error.code if error else "OK")
        _end(span, error)
        self._instruments.attempts.add(1, {**self._method, "assortment.attempt.kind": attempt.kind})
        self._instruments.rpc_duration.record(
            seconds,
            {
                "rpc.system.name": "grpc",
                "rpc.method": self._rpc,
                "rpc.response.status_code": error.code if error else "OK",
                **_server(attempt.endpoint),
                **_error_type(error),
            },
        )

    def degraded(self, error: SearchError) -> None:
        self._was_degraded = True
        self._span.add_event("degraded", _error_type(error))
        self._instruments.degraded.add(1, {**self._method, **_error_type(error)})

    def ended(self, error: SearchError | None, stages: Mapping[str, float]) -> None:
        for stage in _STAGES:
            seconds = stages.get(stage, 0.0)
            self._span.set_attribute(f"assortment.stage.{stage}", seconds)
            self._instruments.stage_duration.record(seconds, {**self._method, "assortment.stage": stage})
        self._span.set_attribute("assortment.degraded", self._was_degraded)
        _end(self._span, error)
        attributes: Attributes = {**self._method, "assortment.degraded": self._was_degraded, **_error_type(error)}
        self._instruments.call_duration.record(stages.get("total", 0.0), attributes)


def _end(span: Span, error: SearchError | None) -> None:
    if error:
        span.set_attributes(_error_type(error))
        span.set_status(StatusCode.ERROR, error.code)
    span.end()


def _error_type(error: SearchError | None) -> dict[str, str]:
    return {"error.type": type(error).__name__} if error else {}


def _server(endpoint: str) -> dict[str, str | int]:
    host, _, port = endpoint.rpartition(":")
    return {"server.address": host.strip("[]"), "server.port": int(port)}
