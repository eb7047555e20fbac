"""Processor time of groups of processes: what work costs, whoever else keeps the machine busy meanwhile.

Read from ``/proc/<pid>/stat`` (proc(5)): field 4 is the parent, 14 and 15 are user and system time in clock ticks.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Final

_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_PROC: Final = Path("/proc")


def descendants(pid: int, *, besides: Collection[int] = ()) -> list[int]:
    """Process ids of everything that ``pid`` started, and all that these started, but for those in ``besides``."""
    parents = {int(folder.name): int(stat[1]) for folder in _PROC.glob("[0-9]*") if (stat := _stat(folder))}
    found: list[int] = []
    generation = {pid}
    while generation:
        generation = {child for child, parent in parents.items() if parent in generation and child not in besides}
        found += sorted(generation)
    return found


def spent_s(pids: Collection[int]) -> float:
    """Seconds of processor time, user and system, that the processes ``pids`` have spent so far; one that has ended counts 0."""
    stats = [_stat(_PROC / str(pid)) for pid in pids]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats if stat) / _TICKS_PER_S


def _stat(folder: Path) -> list[str]:
    """The fields behind the process's name, from field 3 on; none when it has ended."""
    try:
        told = (folder / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return told.rpartition(")")[2].split()
