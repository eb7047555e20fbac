"""What a tritonserver that did not start wrote about it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

# E1123 15:39:23.081 12405 model_lifecycle.cc:642] "failed to load 'fusion' version 1: ..."
_ENTRY: Final = re.compile(r"(?P<level>[EWIF])\d{4} \S+ \d+ \S+\] ?(?P<text>.*)")
_LAST_WORDS: Final = ("error:", "Signal (", "terminate called")  # written past the log, before the process ends
_NOT_OURS: Final = re.compile("CUDA|DCGM")  # a server without a GPU says so at each start
_MAX_LINES: Final = 25


def complaints(log: Path) -> str:
    """The errors in a server's log, each once; its last lines when it names none. Empty without a log."""
    if not log.is_file():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    told = list(dict.fromkeys(filter(None, map(_complaint, lines))))
    return "\n".join(f"  {line}" for line in (told or lines)[-_MAX_LINES:])


def _complaint(line: str) -> str:
    """The error that a line tells; empty when it tells none."""
    if line.startswith(_LAST_WORDS):
        return line
    entry = _ENTRY.match(line)
    if entry is None or entry["level"] not in "EF" or _NOT_OURS.search(line):
        return ""
    return entry["text"].strip('"').replace("\\n", "\n  ")
