"""When, where and by which command a part was measured."""

from __future__ import annotations

import datetime
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from perf.cores import processor

_TOOLS: Final = Path(__file__).resolve().parents[1]
_BESIDE_ARGS: Final = ("--catalogue", "--build")  # which make has variables for
_NOT_AGAIN: Final = "--more"  # goes on with a run


def made() -> str:
    """Now, UTC, ISO 8601."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


def machine() -> str:
    """Processor, and the cores that this process may use."""
    cores = len(os.sched_getaffinity(0))
    return f"{processor()}, {cores} core{'' if cores == 1 else 's'}"


def command(target: str, catalogue: str | None) -> str:
    """What makes it again: ``make TARGET CATALOGUE=x BUILD=y ARGS='...'``, with this process's flags when it is one of the tools.

    Args:
        target: of the Makefile.
        catalogue: None for a target that takes none.
    """
    own = Path(sys.argv[0]).resolve().is_relative_to(_TOOLS)
    flags, beside = _divided(sys.argv[1:] if own else [])
    values = {"CATALOGUE": catalogue, "BUILD": beside.get("--build"), "ARGS": shlex.join(flags)}
    told = [f"{name}={shlex.quote(value.replace('$', '$$'))}" for name, value in values.items() if value]  # $ is make's own
    return " ".join(["make", target, *told])


def _divided(arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The flags for ARGS, and those that make has variables for, which argparse takes in two words or one."""
    flags, beside = list[str](), dict[str, str]()
    words = iter(arguments)
    for word in words:
        flag, equals, value = word.partition("=")
        if flag in _BESIDE_ARGS:
            beside[flag] = value if equals else next(words, "")
        elif word != _NOT_AGAIN:
            flags.append(word)
    return flags, beside
