"""What ``assortment evaluate`` can be asked for, and the options that each of it reads."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from assortment.errors import InputError

JUDGMENTS: Final = "--results --judgments"
PROTOCOL: Final = "--results --protocol"
JUDGED: Final = "--judged"
REPORT: Final = "--report"
TOGETHER: Final = ("--pictures", "--transfer", "--new-products", "--title-words", "--slips")
"""Modes that one command may do one after the other."""

_OF_RESULTS: Final = frozenset({"results", "index", "catalogue", "k", "seed", "output"})
OPTIONS: Final[Mapping[str, frozenset[str]]] = {
    JUDGMENTS: _OF_RESULTS | {"judgments", "map"},
    PROTOCOL: _OF_RESULTS | {"protocol", "split"},
    JUDGED: frozenset({"judged", "catalogue", "map", "models", "text_backbone", "threads", "output"}),
    "--transfer": frozenset({"transfer", "catalogue", "split", "models"}),
    "--new-products": frozenset({"new_products", "catalogue", "split", "seed"}),
    "--pictures": frozenset({"pictures", "catalogue", "split", "seed", "small_pictures", "products"}),
    "--title-words": frozenset({"title_words", "catalogue", "seed", "num_queries", "threads"}),
    "--slips": frozenset({"slips", "catalogue", "split", "seed", "threads"}),
    REPORT: frozenset({"report", "catalogue", "products", "seeds", "only", "threads", "translators", "writer"}),
}
"""The options that each mode reads."""
_ASKED: Final = (JUDGED, REPORT, *TOGETHER)


def chosen(args: argparse.Namespace, defaults: Mapping[str, Any]) -> tuple[str, ...]:
    """The modes that were asked for: one, or some of ``TOGETHER``. ``defaults``: of every option.

    Raises:
        InputError: when no mode was, or for options that would be passed over, with their values and the modes that read them.
    """
    modes = _modes(args)
    if not modes:
        raise _nothing_asked(args, defaults)
    read = frozenset().union(*(OPTIONS[mode] for mode in modes))
    unused = [(name, getattr(args, name)) for name in defaults if name not in read and getattr(args, name) != defaults[name]]
    if unused:
        raise _error(modes, unused)
    if modes[0] in (JUDGMENTS, PROTOCOL):
        if not args.results:
            raise InputError("--results", None, "it goes with --judgments or --protocol")
    elif not args.catalogue:
        raise InputError("--catalogue", None, f"{_command(' '.join(modes))} wants a folder, as build/generated/catalogue")
    return modes


def _nothing_asked(args: argparse.Namespace, defaults: Mapping[str, Any]) -> InputError:
    """Options alone name what they go with; without any, everything that can be asked for is named."""
    given = [(name, value) for name in defaults if (value := getattr(args, name)) != defaults[name] and name != "results"]
    if given:
        name, value = given[0]
        reading = [mode for mode, options in OPTIONS.items() if name in options]
        return InputError(f"--{name.replace('_', '-')}", _plain(value), f"it goes with {' or '.join(reading)}")
    return InputError(
        "--results", _plain(args.results), f"it goes with --judgments or --protocol; or ask for {', '.join(_ASKED)}"
    )


def _modes(args: argparse.Namespace) -> tuple[str, ...]:
    if args.report:
        return (REPORT,)
    if args.judged:
        return (JUDGED,)
    together = tuple(mode for mode in TOGETHER if getattr(args, mode.removeprefix("--").replace("-", "_")))
    if together:
        return together
    return (JUDGMENTS,) if args.judgments else (PROTOCOL,) if args.protocol else ()


def _error(modes: tuple[str, ...], unused: list[tuple[str, Any]]) -> InputError:
    """One line for each option."""
    command = _command(" ".join(modes))
    lines = []
    for name, value in unused:
        read = ", ".join(_command(mode) for mode, options in OPTIONS.items() if name in options)
        allowed = f"{command} does not read it; allowed with: {read}"
        lines.append((f"--{name.replace('_', '-')}", _plain(value), allowed))
    (option, value, allowed), *others = lines
    return InputError(option, value, "\n".join([allowed, *(str(InputError(*other)) for other in others)]))


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Path) else value


def _command(mode: str) -> str:
    return f"`assortment evaluate {mode}`"
