"""``python -m perf.load_test``, which ``make load`` runs: starts a server, loads it, tells what held and what did not."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console

from perf.commands import tells_failures
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
    add("--catalogue", default=mix.catalogue, help="an assembled catalogue")
    add("--build", type=Path, default=mix.build, help="folder of all outputs")
    add("--shape", choices=sorted(SHAPES), help=f"how the rate changes (default: {load.shape})")
    add("--rates", type=float, nargs="+", help="requests due a second (default: shares of the capacity, measured first)")
    add("--seconds", type=float, help=f"length of a phase (default: {load.seconds:g})")
    add(
        "--objective",
        action="append",
        default=[],
        help=f"name=value that every phase has to meet: {', '.join(AT_MOST + AT_LEAST)}",
    )
    add("--deadline-ms", type=float, help=f"after which an answer is of no use (default: {load.deadline_ms:g})")
    add("--users", type=int, help=f"requests under way at once, at most (default: {load.users})")
    add("--workers", type=int, help=f"processes that send (default: {load.workers})")
    add("--queries", type=Path, help="a file with one query a line, instead of the catalogue's")
    add("--zipf", type=float, default=mix.zipf, help="exponent of Zipf's law over the catalogue's queries")
    add("--text", type=float, default=mix.text, help="weight of searches by words")
    add("--picture", type=float, default=mix.picture, help="weight of searches by picture")
    add("--rerank", type=float, default=mix.rerank, help="weight of reranking 200 products")
    add("--seed", type=int, default=mix.seed, help="of schedule and mix")
    add("--endpoint", help="host:port of a running server, instead of one of its own")
    add("--admin-key-file", type=Path, help="that server's admin key, for its stages' times")
    add("--metrics", help="host:port of that server's metrics, for what is inside text_search")
    add("--web", action="store_true", default=None, help="serve Locust's web page until Ctrl-C")
    add("--quick", action="store_true", help="half a minute, for figures too rough to quote")


def settings_of(args: argparse.Namespace) -> LoadSettings:
    """What the flags say.

    Raises:
        InputError: for a value that is not allowed.
    """
    names = ("catalogue", "build", "queries", "zipf", "text", "picture", "rerank", "seed")
    mix = MixSettings(**{name: getattr(args, name) for name in names})
    given: dict[str, Any] = {
        name: value
        for name in ("shape", "seconds", "deadline_ms", "users", "workers", "endpoint", "admin_key_file", "metrics", "web")
        if (value := getattr(args, name)) is not None
    }
    if args.rates:
        given["rates"] = tuple(args.rates)
    objectives = tuple(Objective.parse(text) for text in args.objective)
    make = LoadSettings.quick if args.quick else LoadSettings
    return make(mix=mix, objectives=objectives, **given)


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Runs it and returns the exit code: 1 when an objective was missed or the run did not reach its end."""
    parser = argparse.ArgumentParser(
        prog="python -m perf.load_test", description="Load on the server: Locust users, open-loop arrivals, objectives."
    )
    configure(parser)
    console = Console()
    settings = settings_of(parser.parse_args(argv))
    result = LoadTest(settings, console).run()
    show(report.part(result), console)
    for name in (SUMMARY, plot.PLOT, "locust.html"):
        if (settings.folder / name).is_file():
            console.print(f"{settings.folder / name}", highlight=False, soft_wrap=True)
    return 0 if result.passed else 1
