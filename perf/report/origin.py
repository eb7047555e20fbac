"""When, where and by which command a part was measured."""

from __future__ import annotations

import datetime
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from perf.cores import processor

_TOOLS: Final = Path(__file__).resolve().parents[1]
_BESIDE_ARGS: Final = ("--catalogue", "--build")  # which make gives by itself


def made() -> str:
    """Now, UTC, ISO 8601."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


def machine() -> str:
    """Processor, and the cores that this process may use."""
    cores = len(os.sched_getaffinity(0))
    return f"{processor()}, {cores} core{'' if cores == 1 else 's'}"


def command(target: str, catalogue: str | None) -> str:
    """What makes it again: ``make TARGET CATALOGUE=x ARGS='...'``, with the flags of this process when it is one of the tools.

    Args:
        target: of the Makefile.
        catalogue: None for a target that takes none.
    """
    told = f"make {target}" + (f" CATALOGUE={catalogue}" if catalogue else "")
    own = Path(sys.argv[0]).resolve().is_relative_to(_TOOLS)
    flags = shlex.join(_without_first_flags(sys.argv[1:])) if own else ""
    return told + (f" ARGS={shlex.quote(flags.replace('$', '$$'))}" if flags else "")  # make would read a lone dollar


def _without_first_flags(arguments: Sequence[str]) -> Iterator[str]:
    """Leaves out CATALOGUE and BUILD, which argparse takes in two words or one, and shortened."""
    words = iter(arguments)
    for word in words:
        flag, equals, _ = word.partition("=")
        if len(flag) <= len("--") or not any(name.startswith(flag) for name in _BESIDE_ARGS):
            yield word
        elif not equals:
            next(words, None)
