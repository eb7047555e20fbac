"""The server's stages as further lines of Locust's statistics, of type ``STAGE``, and as a file of readings."""

from __future__ import annotations

import itertools
import logging
import math
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from assortment.errors import ServerError
from perf.load_test import server_times
from perf.load_test.server_times import ServerTimes
from perf.load_test.shapes import Phase
from perf.stages import between, stages

_LOG: Final = logging.getLogger(__name__)
_READ_EVERY_S: Final = 1.0


class StageLines:
    """The server's stages as lines of Locust's statistics; they stand apart from its total."""

    def __init__(self, statistics: Any, options: Namespace, host: str) -> None:
        """``statistics`` are Locust's; of several hosts, separated by commas, the first is read.

        Raises:
            StepError: when the admin key cannot be read.
        """
        self._statistics = statistics
        self._server: ServerTimes | None = ServerTimes(host.split(",")[0], Path(options.admin_key_file), options.metrics)
        self._file = Path(options.samples) / server_times.FILE if options.samples else None
        self._last: server_times.Reading | None = None

    def read(self, at_s: float) -> None:
        """One reading; none any more once the server did not tell, which the log says."""
        if self._server is None:
            return
        try:
            reading = self._server.read(at_s)
        except ServerError as error:
            _LOG.warning("the times of the server's stages end here: %s", error)
            self._server = None
            return
        if self._file:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(reading.line())
        for stage in stages(between(self._last.models, reading.models)) if self._last else []:
            for name, ms in (("queue", stage.queue_ms), ("compute", stage.compute_ms)):
                if stage.mean_batch:  # an ensemble has neither
                    self._statistics.get(f"{stage.model} {name}", "STAGE").log(ms, 0)
        self._last = reading


def moments(phases: Sequence[Phase]) -> Iterator[float]:
    """When to read: every second, and where a phase ends and the next begins; for ever in a closed loop."""
    if not phases:
        yield from itertools.count(0.0, _READ_EVERY_S)
    start = 0.0
    yield start
    for phase in phases:
        yield from (start + second * _READ_EVERY_S for second in range(1, math.ceil(phase.seconds / _READ_EVERY_S)))
        start += phase.seconds
        yield start
