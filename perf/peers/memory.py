"""Memory of a group of processes, told apart from that of others who map the same files.

The compared servers map the same vectors, so that the proportional share (PSS) of either depends on who else runs. Here memory of
their own is counted by its proportional share, and each mapped file once, as far as that process has it in memory which has most
of it: what the group would take on a machine of its own. File pages may be given back under pressure and read again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_MAPPING: Final = re.compile(r"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ (\d+)\s+(/.*)$")  # proc(5): ..., inode, path
_SIZE: Final = re.compile(r"^(\w+): +(\d+) kB$", re.MULTILINE)
_OF_FILES: Final = ("Rss", "Anonymous")
_KIB_A_MIB: Final = 1024.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Mebibytes."""

    own: float
    """Anonymous and shared memory."""
    files: float
    """Mapped files: programs, models, vectors."""

    @property
    def total(self) -> float:
        """Both."""
        return self.own + self.files


def of(pids: Collection[int]) -> Memory:
    """Of the processes ``pids``; one that has ended counts nothing."""
    own, files = 0, Counter[str]()
    for pid in pids:
        own += sum(size for kind, size in _sizes(_read(pid, "smaps_rollup")) if kind in {"Pss_Anon", "Pss_Shmem"})
        files |= mapped_files(_read(pid, "smaps"))  # the larger of two
    return Memory(own=own / _KIB_A_MIB, files=files.total() / _KIB_A_MIB)


def mapped_files(smaps: str) -> Counter[str]:
    """Kibibytes in memory of each file that a process maps, by inode, without the pages that it has copied for itself."""
    files: Counter[str] = Counter()
    inode = ""
    for line in smaps.splitlines():
        if found := _MAPPING.match(line):
            inode = "" if found[2].startswith("/dev/") else found[1]
        elif "-" in line.partition(" ")[0]:  # a mapping of no file
            inode = ""
        elif inode:
            files.update({inode: sum(size if kind == "Rss" else -size for kind, size in _sizes(line) if kind in _OF_FILES)})
    return files


def _sizes(told: str) -> list[tuple[str, int]]:
    return [(kind, int(size)) for kind, size in _SIZE.findall(told)]


def _read(pid: int, name: str) -> str:
    try:
        return (_PROC / str(pid) / name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
