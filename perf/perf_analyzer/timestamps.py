"""Throughput by the clock: what perf_analyzer writes with ``--profile-export-file`` has the nanosecond of every request.

With ``--request-count`` its own throughput divides by whole seconds (2.51: 300 answers of 36 ms, four in flight, were told as
99.9 a second), which turns a curve into stairs. The file is meant to be JSON, but holds pictures as raw bytes, so that only its
times are read.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from assortment.errors import StepError

_SENT: Final = re.compile(rb'"timestamp":(\d+)')
_ANSWERED: Final = re.compile(rb'"response_timestamps":\[(?:\d+,)*(\d+)\]')


def answers_per_s(path: Path) -> float:
    """Answers a second from the first request sent to the last answer received.

    Raises:
        StepError: when the file is missing or has no answers.
    """
    try:
        told = path.read_bytes()
    except OSError as error:
        raise StepError(f"{path}, which perf_analyzer should have written, cannot be read: {error.strerror}") from error
    sent, answered = (list(map(int, pattern.findall(told))) for pattern in (_SENT, _ANSWERED))
    if not answered or max(answered) <= min(sent, default=max(answered)):
        raise StepError(f"{path} has no answers in it: {len(sent)} requests, {len(answered)} answers")
    return len(answered) / (max(answered) - min(sent)) * 1e9
