"""What the performance commands share: their first flags, settings out of the flags that were given, and how they end."""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

from assortment.errors import AssortmentError
from assortment_client import SearchError

P = ParamSpec("P")
S = TypeVar("S", covariant=True)


class Settings(Protocol[S]):
    """A dataclass of settings that can be made short as well."""

    def __call__(self, *args: Any, **given: Any) -> S:
        """Made of its defaults and what was given."""
        ...

    def quick(self, **given: Any) -> S:
        """Made of smaller amounts and what was given."""
        ...


def new_parser(tool: str, description: str, *, catalogue: str | None = "an assembled catalogue") -> argparse.ArgumentParser:
    """A parser that takes ``--build`` and, unless that is None, ``--catalogue``, and tells the default of every flag.

    A flag with the default ``argparse.SUPPRESS`` says in its own words what is done without it.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m perf.{tool}",
        description=description,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        allow_abbrev=False,  # what made a part is told by the flags as they were written
    )
    if catalogue is not None:
        parser.add_argument("--catalogue", default="generated", help=catalogue)
    parser.add_argument("--build", type=Path, default=Path("build"), help="folder of all outputs")
    return parser


def given(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> dict[str, Any]:
    """The flags that were really given, by name, without anybody's defaults; lists are tuples."""
    names = vars(parser.parse_args(argv))
    found = vars(parser.parse_args(argv, argparse.Namespace(**dict.fromkeys(names))))
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items() if value is not None}


def settings_of(parser: argparse.ArgumentParser, argv: Sequence[str] | None, settings: Settings[S]) -> S:
    """Settings, quick ones with ``--quick``, in which every flag that was given holds.

    Raises:
        InputError: for a value that is not allowed.
    """
    asked = given(parser, argv)
    return settings.quick(**asked) if asked.pop("quick", False) else settings(**asked)


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
