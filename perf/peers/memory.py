"""Memory of a group of processes, told apart from that of others who map the same files.

The compared servers map the same vectors, so that the proportional share (PSS) of either depends on who else runs. Here memory of
their own is counted by its proportional share, and each part of a mapped file once (a part is what is mapped from one offset on),
as far as that mapping has it in memory which has most of it, in whichever process and however often it is mapped: what the group
would take on a machine of its own. File pages may be given back under pressure and read again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_MAPPING: Final = re.compile(r"^[0-9a-f]+-[0-9a-f]+ \S+ (\S+) (\S+) (\d+)\s+(/.*)$")  # proc(5): offset, device, inode, path
_SIZE: Final = re.compile(r"^(\w+): +(\d+) kB$", re.MULTILINE)
_OF_FILES: Final = ("Rss", "Anonymous")
_KIB_A_MIB: Final = 1024.0

Part = tuple[str, str, str]
"""Of a file: its device, its inode, and the offset from which it is mapped, as the kernel writes them."""


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
    own, files = 0, Counter[Part]()
    for pid in pids:
        own += sum(size for kind, size in _sizes(_read(pid, "smaps_rollup")) if kind in {"Pss_Anon", "Pss_Shmem"})
        files |= mapped_files(_read(pid, "smaps"))  # the larger of two
    return Memory(own=own / _KIB_A_MIB, files=files.total() / _KIB_A_MIB)


def mapped_files(smaps: str) -> Counter[Part]:
    """Kibibytes in memory of each part of a file that a process maps, without the pages that it has copied for itself.

    Of several mappings of one part that counts which has most of it.
    """
    files: Counter[Part] = Counter()
    part, size = None, 0
    for line in [*smaps.splitlines(), "0-0"]:
        if "-" in line.partition(" ")[0]:  # the next mapping
            if part:
                files |= Counter({part: size})  # the larger of two
            found = _MAPPING.match(line)
            part, size = (found[2], found[3], found[1]) if found and not found[4].startswith("/dev/") else None, 0
        else:
            size += sum(kib if kind == "Rss" else -kib for kind, kib in _sizes(line) if kind in _OF_FILES)
    return files


def _sizes(told: str) -> list[tuple[str, int]]:
    return [(kind, int(size)) for kind, size in _SIZE.findall(told)]


def _read(pid: int, name: str) -> str:
    try:
        return (_PROC / str(pid) / name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
