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
TOGETHER: Final = ("--pictures", "--transfer", "--new-products", "--title-words")
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
    REPORT: frozenset({"report", "catalogue", "products", "seeds", "only", "threads", "translators", "writer"}),
}
"""The options that each mode reads."""


def chosen(args: argparse.Namespace, defaults: Mapping[str, Any]) -> tuple[str, ...]:
    """The modes that were asked for: one, or some of ``TOGETHER``. ``defaults``: of every option.

    Raises:
        InputError: when no mode was, or for options that would be passed over, with their values and the modes that read them.
    """
    modes = _modes(args)
    if not modes:
        raise InputError("--results", args.results and str(args.results), "it goes with --judgments or --protocol")
    read = frozenset().union(*(OPTIONS[mode] for mode in modes))
    unused = [(name, getattr(args, name)) for name in defaults if name not in read and getattr(args, name) != defaults[name]]
    if unused:
        raise _error(modes, unused)
    if modes[0] in (JUDGMENTS, PROTOCOL):
        if not args.results:
            raise InputError("--results", None, "it goes with --judgments or --protocol")
    elif not args.catalogue:
        raise InputError(", ".join(modes), "given", "it goes with --catalogue FOLDER")
    return modes


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
