"""Several reports on one folder at once: what they share is made by one process at a time, and no run is made twice."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from assortment.one_at_a_time import held

_ONE: Final = "report.lock"
_USED: Final = "used.lock"


@contextlib.contextmanager
def one_at_a_time(root: Path, on_wait: Callable[[], object] = lambda: None) -> Iterator[None]:
    """A block that one process of those on a folder is in at a time; others call ``on_wait`` and wait."""
    root.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        if not stack.enter_context(held(root / _ONE)):
            on_wait()
            stack.enter_context(held(root / _ONE, wait=True))
        yield


@contextlib.contextmanager
def nobody_uses(root: Path) -> Iterator[bool]:
    """Whether no process is in a block of ``using``, and none gets there while this block lasts; within ``one_at_a_time``."""
    with held(root / _USED) as got:
        yield got


@contextlib.contextmanager
def using(root: Path) -> Iterator[None]:
    """Keeps a folder's products, queries and features as they are while runs read them; entered within ``one_at_a_time``."""
    with held(root / _USED, shared=True, wait=True):
        yield
