"""``python -m perf.load_test``, which ``make load`` runs: starts a server, loads it, tells what held and what did not."""

from __future__ import annotations

import argparse
import functools
from dataclasses import fields
from pathlib import Path
from typing import Any

from rich.console import Console

from assortment.errors import InputError
from perf.commands import given, new_parser, tells_failures
from perf.load_test import plot, report
from perf.load_test.mix import MixSettings
from perf.load_test.objectives import AT_LEAST, AT_MOST, Objective
from perf.load_test.run import LoadTest
from perf.load_test.settings import LoadSettings
from perf.load_test.shapes import SHAPES
from perf.report.part import SUMMARY
from perf.report.terminal import show


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's flags, from ``LoadSettings`` and ``MixSettings``."""
    load, mix = LoadSettings(), MixSettings()
    add = parser.add_argument
    add("--shape", choices=sorted(SHAPES), default=load.shape, help="how the rate changes")
    add("--seconds", type=float, default=load.seconds, help="length of a phase")
    add("--deadline-ms", type=float, default=load.deadline_ms, help="after which an answer is of no use")
    add("--users", type=int, default=load.users, help="requests under way at once, at most")
    add("--workers", type=int, default=load.workers, help="processes that send")
    add("--zipf", type=float, default=mix.zipf, help="exponent of Zipf's law over the catalogue's queries")
    add("--text", type=float, default=mix.text, help="weight of searches by words")
    add("--picture", type=float, default=mix.picture, help="weight of searches by picture")
    add("--rerank", type=float, default=mix.rerank, help="weight of reranking 200 products")
    add("--seed", type=int, default=mix.seed, help="of schedule and mix")
    add("--web", action="store_true", help="serve Locust's web page until Ctrl-C")
    add("--quick", action="store_true", help="half a minute, for figures too rough to quote")
    add = functools.partial(parser.add_argument, default=argparse.SUPPRESS)  # their words say what is done without them
    add("--rates", type=float, nargs="+", help="requests due a second (default: shares of the capacity, measured first)")
    has_to_hold = f"name=value that every phase has to meet: {', '.join(AT_MOST + AT_LEAST)}"
    add("--objective", dest="objectives", metavar="OBJECTIVE", action="append", help=has_to_hold)
    add("--queries", type=Path, help="a file with one query a line, instead of the catalogue's")
    add("--endpoint", help="host:port of a running server, instead of one of its own")
    add("--admin-key-file", type=Path, help="that server's admin key, for its stages' times")
    add("--metrics", help="host:port of that server's metrics, for what is inside text_search")


def settings_of(asked: dict[str, Any]) -> LoadSettings:
    """What the flags say that were given.

    Raises:
        InputError: for a value that is not allowed, or a flag that would mean nothing beside another.
    """
    if "queries" in asked and "zipf" in asked:
        raise InputError("zipf", asked["zipf"], "allowed: only without --queries, whose lines are played in their order")
    of_mix = {field.name for field in fields(MixSettings)}
    mix = MixSettings(**{name: value for name, value in asked.items() if name in of_mix})
    load = {name: value for name, value in asked.items() if name not in of_mix}
    load["objectives"] = tuple(map(Objective.parse, load.get("objectives", ())))
    return LoadSettings.quick(mix=mix, **load) if load.pop("quick", False) else LoadSettings(mix=mix, **load)


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Runs it and returns the exit code: 1 when an objective was missed or the run did not reach its end."""
    parser = new_parser("load_test", "Load on the server: Locust users, open-loop arrivals, objectives.")
    configure(parser)
    settings = settings_of(given(parser, argv))
    console = Console()
    result = LoadTest(settings, console).run()
    show(report.part(result), console)
    for name in (SUMMARY, plot.PLOT, "locust.html"):
        if (settings.folder / name).is_file():
            console.print(f"{settings.folder / name}", highlight=False, soft_wrap=True)
    return 0 if result.passed else 1
