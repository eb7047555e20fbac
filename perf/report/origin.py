"""When and where a part was measured."""

from __future__ import annotations

import datetime
import os

from perf.cores import processor


def made() -> str:
    """Now, UTC, ISO 8601."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


def machine() -> str:
    """Processor, and the cores that this process may use."""
    cores = len(os.sched_getaffinity(0))
    return f"{processor()}, {cores} core{'' if cores == 1 else 's'}"
