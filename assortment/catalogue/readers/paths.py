"""Paths that stand in a table: kept inside the folder or zip file they are meant for."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath


def relative_path(written: str) -> PurePosixPath | None:
    """The path, with backslashes turned; None when it is absolute, climbs (``..``) or is no path at all."""
    turned = written.replace("\\", "/")
    path = PurePosixPath(turned)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in turned or re.match(r"[A-Za-z]:", turned):
        return None
    return path


def file_inside(folder: Path, written: str) -> Path | None:
    """The file of that path below ``folder``; None when there is none, or it leads out of it, by a link for instance."""
    path = relative_path(written)
    if path is None:
        return None
    found = folder.joinpath(*path.parts)
    return found if found.is_file() and found.resolve().is_relative_to(folder.resolve()) else None
