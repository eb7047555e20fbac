"""The command: flags in, ``build/recipes/`` out, also when the run ends before its end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from rich.console import Console

from assortment.errors import AssortmentError
from assortment_client import SearchError
from perf.commands import new_parser, settings_of, tells_failures
from perf.recipes import report
from perf.recipes.found import Found
from perf.recipes.run import Run
from perf.recipes.settings import TOOL, RecipesSettings
from perf.report import results


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Runs it and returns the exit code: 1 when it ended before its end, or an answer strays too far."""
    parser = new_parser(
        "recipes",
        "Size, speed and loss of ndcg@10 of every precision and size of the encoders, and whether PyTorch, ONNX in "
        "each precision and the served ensembles answer alike.",
    )
    configure(parser)
    settings = settings_of(parser, argv, RecipesSettings)
    console = Console()
    run = Run(settings)
    folder = results.claim(settings.folder, TOOL)
    incomplete = _why_it_ended(run.go)
    report.write(run.found, settings, folder, incomplete=incomplete)
    report.show(run.found, console)
    console.print(f"\n{folder}", highlight=False, soft_wrap=True)
    if incomplete:
        print(f"error: {incomplete}", file=sys.stderr)
    return 1 if incomplete or not _congruent(run.found) else 0


def _why_it_ended(go: Callable[[], None]) -> str:
    """Empty when the run came to its end."""
    try:
        go()
    except KeyboardInterrupt:
        return "interrupted"
    except (AssortmentError, SearchError) as error:
        return str(error)
    return ""


def _congruent(found: Found) -> bool:
    return all(one.within for one in found.congruence)


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's flags, from ``RecipesSettings``."""
    default = RecipesSettings()
    add = parser.add_argument
    add("--endpoint", default=argparse.SUPPRESS, help="host:port of its server; one is started when left out")
    add("--recipes", nargs="+", default=default.recipes, help="of the query text encoder")
    add("--recovery-steps", type=int, default=default.recovery_steps, help="of each pruned encoder")
    add("--blocks", type=int, default=default.blocks, help="rounds that every recipe is timed in")
    add("--block-queries", type=int, default=default.block_queries, help="queries in each")
    add("--queries", type=int, default=default.queries, help="of each kind, held against PyTorch")
    add("--quick", action="store_true", help="a run of a minute or two, to see that everything works")
