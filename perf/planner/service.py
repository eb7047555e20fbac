"""What a batch takes in one replica, fitted to its curve, for the simulation.

A batch of n requests takes a + b n ms on average: least squares over the steps, from Triton's mean batch and its compute time.
Beside the queue, a request spends a constant time on its way. Batches scatter lognormally; their coefficient of variation is
chosen so that the simulation gives the measured p99 at the lowest rate. So that one point is fitted, and all others are a test.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

from assortment.errors import DataError, InputError
from perf.planner.curve import Curve

_MESSAGES: Any = model_config_pb2  # protobuf makes its classes when it is imported
_WIDEST = 3.0  # coefficient of variation
_HALVINGS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Batching:
    """How one replica runs its model."""

    instances: int = 2
    batch: int = 8
    """Requests that one execution takes at most."""
    wait_ms: float = 80.0
    """Time in the queue after which a request is refused."""

    @classmethod
    def read(cls, repository: Path, model: str = "text_search") -> Batching:
        """As the model's ``config.pbtxt`` says.

        Raises:
            DataError: when it cannot be read.
        """
        path = repository / model / "config.pbtxt"
        config = _MESSAGES.ModelConfig()
        try:
            text_format.Parse(path.read_text(encoding="utf-8"), config)
        except (OSError, text_format.ParseError) as error:
            raise DataError(f"{path} cannot be read: {error}") from error
        policy = config.dynamic_batching.default_queue_policy
        return cls(
            instances=sum(group.count for group in config.instance_group),
            batch=max(config.dynamic_batching.preferred_batch_size, default=config.max_batch_size),
            wait_ms=policy.default_timeout_microseconds / 1e3 or math.inf,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Times of one replica, in milliseconds."""

    batching: Batching
    fixed_ms: float
    """Of a batch, whatever its size."""
    each_ms: float
    """Of each request in it."""
    way_ms: float
    """Of a request outside queue and batch: network, client, ensemble."""
    scatter: float = 0.0
    """Coefficient of variation of a batch's time."""

    @property
    def capacity(self) -> float:
        """Requests a second with full batches at all instances."""
        return 1e3 * self.batching.instances * self.batching.batch / (self.fixed_ms + self.each_ms * self.batching.batch)


def fit(curve: Curve, batching: Batching, p99_ms: Callable[[Service, float], float]) -> Service:
    """The times behind a curve.

    Args:
        curve: with the server's statistics at two steps or more.
        batching: of the replica.
        p99_ms: what the simulation gives for a service and a rate.

    Raises:
        InputError: when the curve lacks the statistics.
    """
    points = [point for point in curve.points if point.mean_batch > 0]
    if len(points) < 2:
        raise InputError("curve", f"{len(points)} steps with the server's stages", "allowed: two or more; give --admin-key-file")
    sizes, times = (np.array([getattr(point, name) for point in points]) for name in ("mean_batch", "batch_ms"))
    each = max(0.0, float(np.cov(sizes, times, bias=True)[0, 1] / max(float(np.var(sizes)), 1e-9)))
    fixed = max(0.1, float(times.mean() - each * sizes.mean()))
    lowest = curve.points[0]
    alone = Service(batching=batching, fixed_ms=fixed, each_ms=each, way_ms=max(0.0, lowest.p50_ms - fixed - each))
    low, high = 0.0, _WIDEST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = p99_ms(replace(alone, scatter=middle), lowest.rate) < lowest.p99_ms
        low, high = (middle, high) if below else (low, middle)
    return replace(alone, scatter=(low + high) / 2)
