"""The command: flags in, ``build/recipes/`` out, also when the run ends before its end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from rich.console import Console

from assortment.errors import AssortmentError
from assortment_client import SearchError
from perf.commands import new_parser, tells_failures
from perf.recipes import report
from perf.recipes.found import Found
from perf.recipes.run import Run
from perf.recipes.settings import TOOL, RecipesSettings
from perf.report import results


@tells_failures()
def main(argv: list[str] | None = None) -> int:
    """Runs it and returns the exit code: 1 when it ended before its end, or an answer strays too far."""
    args = _parser().parse_args(argv)
    console = Console()
    settings = _settings(args)
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


def _settings(args: argparse.Namespace) -> RecipesSettings:
    if args.quick:
        return RecipesSettings.quick(catalogue=args.catalogue, build=args.build, endpoint=args.endpoint)
    return RecipesSettings(
        catalogue=args.catalogue,
        build=args.build,
        endpoint=args.endpoint,
        recipes=tuple(args.recipes),
        recovery_steps=args.recovery_steps,
        blocks=args.blocks,
        block_queries=args.block_queries,
        queries=args.queries,
    )


def _parser() -> argparse.ArgumentParser:
    default = RecipesSettings()
    parser = new_parser(
        "recipes",
        "Size, speed and loss of ndcg@10 of every precision and size of the encoders, and whether PyTorch, ONNX in "
        "each precision and the served ensembles answer alike.",
    )
    parser.add_argument("--endpoint", default=default.endpoint, help="host:port of its server; one is started when left out")
    parser.add_argument("--recipes", nargs="+", default=default.recipes, help="of the query text encoder")
    parser.add_argument("--recovery-steps", type=int, default=default.recovery_steps, help="of each pruned encoder")
    parser.add_argument("--blocks", type=int, default=default.blocks, help="rounds that every recipe is timed in")
    parser.add_argument("--block-queries", type=int, default=default.block_queries, help="queries in each")
    parser.add_argument("--queries", type=int, default=default.queries, help="of each kind, held against PyTorch")
    parser.add_argument("--quick", action="store_true", help="a run of a minute or two, to see that everything works")
    return parser
