"""Progress on standard error: a bar in a terminal, a plain line at the start and the end elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import track

Item = TypeVar("Item")


def progress(items: Iterable[Item], *, doing: str, total: int) -> Iterator[Item]:
    """Yields ``items`` and shows how far along they are. ``doing`` is for instance "reading products"."""
    console = Console(stderr=True)
    if console.is_terminal:
        yield from track(items, description=doing, total=total, console=console)
        return
    start = time.monotonic()
    print(f"{doing}: {total:,} to do", file=sys.stderr, flush=True)  # noqa: T201
    yield from items
    print(f"{doing}: done in {time.monotonic() - start:.1f} s", file=sys.stderr, flush=True)  # noqa: T201
