"""The times behind a curve, for the simulation: least squares over its steps.

Four times (``Service``) are chosen so that the simulation gives what was measured at each step: p50, p95 and the time of a batch,
each as the logarithm of simulated over measured. The p99 of a step rests on a hundredth of its requests and is never fitted.
Levenberg-Marquardt on the logarithms of the four times; every simulation meets the same draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.errors import InputError
from perf.planner.curve import Point
from perf.planner.queueing import Simulated, simulate
from perf.planner.service import Batching, Service

_ARRIVALS: Final = 2_000
_ROUNDS: Final = 6
_STEP: Final = 0.2  # of a logarithm: wide enough to see past the grain of a percentile
_DAMPING: Final = 0.1  # at first
_MOST_DAMPED: Final = 30.0  # beyond which nothing moves any more
_RELAXED: Final = 5.0
_SLOWEST_MS: Final = 1_000.0  # stands for infinite: what a caller waits

_Array = npt.NDArray[np.float64]


def fit(points: Sequence[Point], batching: Batching, *, arrivals: int = _ARRIVALS) -> Service:
    """The times behind a curve.

    Args:
        points: its steps, with the server's statistics.
        batching: of the replica.
        arrivals: of each simulation.

    Raises:
        InputError: when there is no step, or one lacks the statistics.
    """
    if not points or not all(point.batch_ms > 0 for point in points):
        raise InputError("curve", "no server's stages", "allowed: a load test that could read them; give it --admin-key-file")
    measured = np.concatenate([_figures(point) for point in points])

    def misfit(logarithms: _Array) -> _Array:
        service = _service(batching, logarithms)
        simulated = [_figures(simulate(service, rate=point.rate, arrivals=arrivals)) for point in points]
        error: _Array = np.concatenate(simulated) - measured
        return error

    lightest = points[0]
    way_ms = max(lightest.p50_ms - lightest.batch_ms, 0.1 * lightest.p50_ms)
    logarithms = np.log([lightest.batch_ms / 2, lightest.batch_ms / 2, way_ms, 0.5])
    error, damping = misfit(logarithms), _DAMPING
    for _ in range(_ROUNDS):
        slopes = np.stack([(misfit(logarithms + step) - error) / _STEP for step in _STEP * np.eye(4)], axis=1)
        while damping < _MOST_DAMPED:
            tried = logarithms - np.linalg.solve(slopes.T @ slopes + damping * np.eye(4), slopes.T @ error)
            if np.square(error_then := misfit(tried)).sum() < np.square(error).sum():
                logarithms, error, damping = tried, error_then, damping / _RELAXED
                break
            damping *= _RELAXED
    return _service(batching, logarithms)


def foretold(points: Sequence[Point], batching: Batching, *, arrivals: int = _ARRIVALS) -> list[Simulated]:
    """Each step as simulated with the times that fit all others. Raises as ``fit`` does."""
    return [
        simulate(fit([other for other in points if other is not point], batching, arrivals=arrivals), rate=point.rate)
        for point in points
    ]


def _service(batching: Batching, logarithms: _Array) -> Service:
    fixed_ms, each_ms, way_ms, scatter = np.exp(logarithms).tolist()
    return Service(batching=batching, fixed_ms=fixed_ms, each_ms=each_ms, way_ms=way_ms, scatter=scatter)


def _figures(one: Point | Simulated) -> _Array:
    return np.log([min(ms, _SLOWEST_MS) for ms in (one.p50_ms, one.p95_ms, one.batch_ms)])
