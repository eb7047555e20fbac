"""Where a request's time goes: queue and compute of every stage, from Triton's own statistics.

Triton counts, per model, cumulative nanoseconds since it was loaded; the difference of two snapshots belongs to what ran between
them. Protocol: ``ModelStatistics`` and ``InferStatistics`` of Triton's statistics extension. An ensemble repeats the times of its
steps there; they are left out here, and its ``total_ms`` is the whole way through. A step's compute may end after its answer has
been passed on, so the steps can add up to a little more than the total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from tritonclient.grpc import InferenceServerClient
from tritonclient.utils import InferenceServerException

from assortment.admin import AdminKey
from assortment.contract import ENSEMBLES
from assortment.errors import ServerError


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Triton's cumulative counters of one model, all versions summed. Times in nanoseconds."""

    requests: int = 0
    failed: int = 0
    """Of the requests, refused ones included; Triton counts their number alone, not their times."""
    inferences: int = 0
    executions: int = 0
    total_ns: int = 0
    queue_ns: int = 0
    compute_ns: int = 0

    def __add__(self, other: Counters) -> Counters:
        return self._combine(other, 1)

    def __sub__(self, other: Counters) -> Counters:
        return self._combine(other, -1)

    @property
    def per_request_ms(self) -> float:
        """Turns a sum of nanoseconds into the mean of those that did not fail, in milliseconds."""
        return 1e-6 / max(self.requests - self.failed, 1)

    def _combine(self, other: Counters, sign: int) -> Counters:
        return Counters(
            requests=self.requests + sign * other.requests,
            failed=self.failed + sign * other.failed,
            inferences=self.inferences + sign * other.inferences,
            executions=self.executions + sign * other.executions,
            total_ns=self.total_ns + sign * other.total_ns,
            queue_ns=self.queue_ns + sign * other.queue_ns,
            compute_ns=self.compute_ns + sign * other.compute_ns,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What one model did between two snapshots. Times are of requests that did not fail."""

    model: str
    requests: int
    mean_batch: float
    """Requests an execution served; 0 for an ensemble, which executes nothing itself."""
    queue_ms: float
    """Mean wait of a request in this model's queue; 0 for an ensemble, as its compute."""
    compute_ms: float
    """Mean time from leaving the queue to the answer, input and output copies included; shared by a whole batch."""
    total_ms: float
    """Mean time from entering the model to its answer; of an ensemble, the whole way through."""


class Statistics:
    """Snapshots of a running server. A context manager."""

    def __init__(self, url: str, admin_key: AdminKey | None = None) -> None:
        """``url`` is host:port of the server's gRPC endpoint, which tells its statistics to those who have its key.

        Without ``admin_key`` it has to be one that was started to tell them to everybody.
        """
        self._client = InferenceServerClient(url)
        self._headers = admin_key.headers() if admin_key else {}

    def snapshot(self) -> dict[str, Counters]:
        """Counters of every model, now.

        Raises:
            ServerError: when the server does not tell.
        """
        try:
            return snapshot(self._client.get_inference_statistics(headers=self._headers))
        except InferenceServerException as error:
            raise ServerError(f"the server's statistics cannot be read: {error}") from error

    def __enter__(self) -> Statistics:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()


def snapshot(statistics: Any) -> dict[str, Counters]:
    """Counters by model of a ``ModelStatisticsResponse`` (what ``get_inference_statistics()`` returns)."""
    counters: dict[str, Counters] = {}
    for model in statistics.model_stats:
        stats = model.inference_stats
        compute = (stats.compute_input, stats.compute_infer, stats.compute_output)
        one = Counters(
            requests=stats.success.count + stats.fail.count,
            failed=stats.fail.count,
            inferences=model.inference_count,
            executions=model.execution_count,
            total_ns=stats.success.ns,
            queue_ns=stats.queue.ns,
            compute_ns=sum(part.ns for part in compute),
        )
        counters[model.name] = counters.get(model.name, Counters()) + one
    return counters


def between(before: Mapping[str, Counters], after: Mapping[str, Counters]) -> dict[str, Counters]:
    """Counters of what ran between two snapshots; models that did nothing are left out."""
    differences = {model: counters - before.get(model, Counters()) for model, counters in after.items()}
    return {model: counters for model, counters in differences.items() if counters.requests}


def total(parts: Iterable[Mapping[str, Counters]]) -> dict[str, Counters]:
    """The sum of several differences, model by model."""
    summed: dict[str, Counters] = {}
    for part in parts:
        for model, counters in part.items():
            summed[model] = summed.get(model, Counters()) + counters
    return summed


def stages(counters: Mapping[str, Counters]) -> list[Stage]:
    """Means per request that did not fail: ensembles first, then by compute time, the longest first."""
    found = [_ensemble(model, counted) if model in ENSEMBLES else _step(model, counted) for model, counted in counters.items()]
    return sorted(found, key=lambda stage: (stage.mean_batch > 0, -stage.compute_ms, stage.model))


def _ensemble(model: str, counted: Counters) -> Stage:
    total_ms = counted.total_ns * counted.per_request_ms
    return Stage(model=model, requests=counted.requests, mean_batch=0.0, queue_ms=0.0, compute_ms=0.0, total_ms=total_ms)


def _step(model: str, counted: Counters) -> Stage:
    return Stage(
        model=model,
        requests=counted.requests,
        mean_batch=counted.inferences / max(counted.executions, 1),
        queue_ms=counted.queue_ns * counted.per_request_ms,
        compute_ms=counted.compute_ns * counted.per_request_ms,
        total_ms=counted.total_ns * counted.per_request_ms,
    )
