"""What the performance commands share: their first flags, and how they end."""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

from assortment.errors import AssortmentError
from assortment_client import SearchError

P = ParamSpec("P")


def new_parser(tool: str, description: str, *, catalogue: str = "an assembled catalogue") -> argparse.ArgumentParser:
    """A parser that takes ``--catalogue`` and ``--build``, and tells the default of every flag."""
    parser = argparse.ArgumentParser(
        prog=f"python -m perf.{tool}", description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--catalogue", default="generated", help=catalogue)
    parser.add_argument("--build", type=Path, default=Path("build"), help="folder of all outputs")
    return parser


def tells_failures(interrupted: str = "interrupted") -> Callable[[Callable[P, int]], Callable[P, int]]:
    """For a command's ``main``: an error is a line and exit code 1, Ctrl-C the line ``interrupted`` and 130."""

    def wrapped(main: Callable[P, int]) -> Callable[P, int]:
        @functools.wraps(main)
        def run(*args: P.args, **kwargs: P.kwargs) -> int:
            try:
                return main(*args, **kwargs)
            except (AssortmentError, SearchError) as error:
                print(f"error: {error}", file=sys.stderr)
                return 1
            except KeyboardInterrupt:
                print(interrupted, file=sys.stderr)
                return 130

        return run

    return wrapped
