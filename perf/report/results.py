"""The folder of a tool's results: one run, one folder; what another run or another program left is not written over."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from assortment.errors import InputError

_OWNER: Final = ".tool"


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
        previous = folder.with_name(f"{folder.name}.previous")
        shutil.rmtree(previous, ignore_errors=True)
        folder.rename(previous)
    folder.mkdir(parents=True)
    (folder / _OWNER).write_text(f"{tool}\n", encoding="utf-8")
    return folder


def _made_by(folder: Path, tool: str) -> bool:
    """Whatever became of that run: it may have been killed before it wrote its part."""
    owner = folder / _OWNER
    return owner.is_file() and owner.read_text(encoding="utf-8").strip() == tool
