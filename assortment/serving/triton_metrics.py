"""Hands what a model counted to Triton, which shows it on its Prometheus page."""

from __future__ import annotations

import math
import time
from collections.abc import Collection
from typing import Any, Final

import triton_python_backend_utils as pb_utils  # pyright: ignore[reportMissingImports]  # Triton's own process alone has it

from assortment.serving.metrics import OF_AN_ANSWER, Family, Series, StepMetrics

_TELL_EVERY_S: Final = 1.0


class Teller:
    """Tells the server what a ``StepMetrics`` counted.

    A call to the server costs 0.1 ms, and there is one for each series, so it is told once a second, with the next batch; what
    the last batches before a pause counted is told after it.

    Triton takes a series off its page when the ``MetricFamily`` object goes that it was made of (dropping a ``Metric`` does
    nothing, the end of a process neither), whoever else may still count into a series of equal labels, which then is no more.
    So there is an object for each catalogue version, and what may go has a label that no other process has. Seen on 2.51, and
    in the source of python_backend and core (``metric_family.cc``).
    """

    def __init__(self, metrics: StepMetrics) -> None:
        """Tells it what there is so far."""
        self._metrics = metrics
        self._families: dict[tuple[Family, str], Any] = {}
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
        self._keep(self._metrics.kept)

    def close(self) -> None:
        """Takes the series of this process off the page; called before it ends."""
        self._keep(())

    def _keep(self, versions: Collection[str]) -> None:
        """Drops the series of all other catalogue versions."""
        gone = {key for key in self._families if OF_AN_ANSWER[0] in key[0].labels and key[1] not in versions}
        if gone:
            self._series = {series: metric for series, metric in self._series.items() if _family_of(series) not in gone}
            for key in gone:
                del self._families[key]

    def _metric(self, series: Series) -> Any:
        if series not in self._series:
            family, values = series
            of_version = _family_of(series)
            if of_version not in self._families:
                self._families[of_version] = _registered(family)
            self._series[series] = self._families[of_version].Metric(labels=dict(zip(family.labels, values, strict=True)))
        return self._series[series]


def _family_of(series: Series) -> tuple[Family, str]:
    family, values = series
    return family, family.version(values)


def _registered(family: Family) -> Any:
    kinds = {"counter": pb_utils.MetricFamily.COUNTER, "gauge": pb_utils.MetricFamily.GAUGE}
    return pb_utils.MetricFamily(name=family.name, description=family.help, kind=kinds[family.kind])
