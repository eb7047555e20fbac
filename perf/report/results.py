"""The folder of a tool's results: one run, one folder; what another run or another program left is not written over."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from assortment.errors import AssortmentError, InputError
from assortment_client import SearchError
from perf.report import origin
from perf.report.part import Part

_OWNER: Final = ".tool"
PREVIOUS: Final = ".previous"


def claim(folder: Path, tool: str) -> Path:
    """A fresh folder for one run. The results of this tool's run before it go to ``<folder>.previous``.

    Args:
        folder: where to.
        tool: the name in its ``Part``.

    Raises:
        InputError: when the folder holds anything else: it is left as it is.
    """
    if folder.exists():
        if not folder.is_dir() or (any(folder.iterdir()) and not _made_by(folder, tool)):
            raise InputError("results folder", str(folder), f"allowed: one that does not exist, is empty, or was made by {tool}")
        previous = folder.with_name(f"{folder.name}{PREVIOUS}")
        shutil.rmtree(previous, ignore_errors=True)
        folder.rename(previous)
    folder.mkdir(parents=True)
    (folder / _OWNER).write_text(f"{tool}\n", encoding="utf-8")
    return folder


@contextlib.contextmanager
def claimed(folder: Path, *, tool: str, title: str, command: str) -> Iterator[Path]:
    """``claim`` for a tool that has nothing to show before its end: when the block ends early, a part there says why.

    Raises:
        InputError: as ``claim``.
    """
    claim(folder, tool)
    try:
        yield folder
    except (AssortmentError, SearchError, KeyboardInterrupt) as error:
        Part(
            tool=tool,
            title=title,
            command=command,
            finding="Nothing was measured to its end.",
            made=origin.made(),
            machine=origin.machine(),
            incomplete=str(error) or "interrupted",
        ).write(folder)
        raise


def _made_by(folder: Path, tool: str) -> bool:
    """Whatever became of that run: it may have been killed before it wrote its part."""
    owner = folder / _OWNER
    return owner.is_file() and owner.read_text(encoding="utf-8").strip() == tool
