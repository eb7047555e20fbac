"""The same cores for everybody who is compared."""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Collection
from pathlib import Path

from assortment.errors import InputError


def pin(count: int) -> tuple[int, ...]:
    """Binds this process, and every process it starts from now on, to its first ``count`` cores and returns them.

    Raises:
        InputError: when the process may not use so many.
    """
    allowed = sorted(os.sched_getaffinity(0))
    if not 1 <= count <= len(allowed):
        raise InputError("cores", count, f"allowed: 1 to {len(allowed)}, the cores this process may use")
    cores = tuple(allowed[:count])
    os.sched_setaffinity(0, cores)
    return cores


def bind(pid: int, cores: Collection[int]) -> None:
    """Binds every thread of a process; those that it starts later inherit that."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(ProcessLookupError):  # it has ended since
            os.sched_setaffinity(int(thread.name), cores)


def processor() -> str:
    """The processor's name as the kernel tells it, else the machine's architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
