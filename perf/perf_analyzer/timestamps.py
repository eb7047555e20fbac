"""Throughput by the clock: what perf_analyzer writes with ``--profile-export-file`` has the nanosecond of every request.

With ``--request-count`` its own throughput divides by whole seconds (2.51: 300 answers in 2.1 s are told as 100 a second), which
turns a curve into stairs.
"""

from __future__ import annotations

import json
from pathlib import Path

from assortment.errors import StepError


def answers_per_s(path: Path) -> float:
    """Answers a second from the first request sent to the last answer received.

    Raises:
        StepError: when the file is missing or has no answers.
    """
    try:
        (experiment,) = json.loads(path.read_text(encoding="utf-8"))["experiments"]
        requests = experiment["requests"]
        first = min(request["timestamp"] for request in requests)
        last = max(request["response_timestamps"][-1] for request in requests)
        return float(len(requests) / (last - first) * 1e9)
    except (OSError, ValueError, KeyError, TypeError, IndexError, ZeroDivisionError) as error:
        raise StepError(f"{path} is not what perf_analyzer exports: {error!r}") from error
