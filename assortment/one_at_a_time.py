"""One change of a catalogue at a time: products are read, a version number is made, and files are linked, by one process.

What a process holds is free when it ends, however it ends.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from assortment.errors import StepError
from assortment.paths import BuildPaths

_LOCK: Final = "catalogue.lock"
_held: set[Path] = set()


@contextlib.contextmanager
def exclusive_from_the_start(paths: BuildPaths) -> Iterator[None]:
    """``exclusive`` for a step that may be the first of a catalogue, and makes its folder. Raises as it does."""
    paths.root.mkdir(parents=True, exist_ok=True)
    with exclusive(paths):
        yield


@contextlib.contextmanager
def exclusive(paths: BuildPaths) -> Iterator[None]:
    """Holds the catalogue for this process; a block inside such a block is free.

    Raises:
        StepError: when another process is changing it, or there is no such catalogue.
    """
    root = paths.root.resolve()
    if root in _held:
        yield
        return
    if not root.is_dir():
        raise StepError(f"{paths.root} is not there; make the catalogue first: assortment catalogue import")
    with held(root / _LOCK) as got:
        if not got:
            raise StepError(f"{paths.root} is being changed by another process; try again when it has ended")
        _held.add(root)
        try:
            yield
        finally:
            _held.discard(root)


@contextlib.contextmanager
def held(file: Path, *, shared: bool = False, wait: bool = False) -> Iterator[bool]:
    """Holds a lock file, which is made where it is missing; whether it was got.

    ``shared``: beside others that share it. ``wait``: until whoever holds it is done; it is got then.
    """
    with file.open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            got = False
        else:
            got = True
        yield got
