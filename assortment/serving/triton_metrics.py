"""Hands what a model counted to Triton, which shows it on its Prometheus page."""

from __future__ import annotations

import math
import time
from typing import Any, Final

import triton_python_backend_utils as pb_utils  # pyright: ignore[reportMissingImports]  # Triton's own process alone has it

from assortment.serving.metrics import FAMILIES, Family, Series, StepMetrics

_TELL_EVERY_S: Final = 1.0


class Teller:
    """Tells the server what a ``StepMetrics`` counted.

    A call to the server costs 0.1 ms, and there is one for each series, so it is told once a second, with the next batch; what
    the last batches before a pause counted is told after it. Instances of a model, and models, share the series of equal labels.
    """

    def __init__(self, metrics: StepMetrics) -> None:
        """Tells it what there is so far."""
        self._metrics = metrics
        self._families: dict[Family, Any] = {family: _registered(family) for family in FAMILIES}  # Triton drops what nobody holds
        self._series: dict[Series, Any] = {}
        self._told_at = -math.inf
        self.tell()

    def tell(self) -> None:
        """Called after each batch; seldom does more than look at the clock."""
        now = time.monotonic()
        if now - self._told_at < _TELL_EVERY_S:
            return
        self._told_at = now
        increments, levels = dict(self._metrics.increments), dict(self._metrics.levels)
        self._metrics.increments.clear()
        self._metrics.levels.clear()
        for series, amount in increments.items():
            if amount or series not in self._series:  # a series is there from the start, at 0
                self._metric(series).increment(amount)
        for series, level in levels.items():
            self._metric(series).set(level)

    def _metric(self, series: Series) -> Any:
        if series not in self._series:
            family, values = series
            self._series[series] = self._families[family].Metric(labels=dict(zip(family.labels, values, strict=True)))
        return self._series[series]


def _registered(family: Family) -> Any:
    kinds = {"counter": pb_utils.MetricFamily.COUNTER, "gauge": pb_utils.MetricFamily.GAUGE}
    return pb_utils.MetricFamily(name=family.name, description=family.help, kind=kinds[family.kind])
