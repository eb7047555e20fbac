"""``assortment protocol``: freezes the queries and derived judgments of a catalogue, and shows some."""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from assortment.paths import BuildPaths
from assortment.protocol.steps import DEFAULT_SEED, freeze
from assortment.protocol.store import Protocol


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Do this after `assortment catalogue` and before `assortment train`: training refuses a protocol that was changed."
    )
    parser.add_argument("--catalogue", default="generated", metavar="NAME", help="the catalogue, a folder under --build")
    parser.add_argument("--build", type=Path, default=Path("build"), metavar="DIR", help="where all results are kept")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="draws splits and queries")
    parser.add_argument("--show", type=int, default=10, metavar="N", help="test queries to show")


def run(args: argparse.Namespace) -> int:
    paths = BuildPaths(args.build / args.catalogue)
    frozen = freeze(paths, seed=args.seed)
    for split in ("dev", "test"):
        print(_told(split, frozen.results[split]), file=sys.stderr)
    protocol = Protocol.open(paths.protocol)
    queries = protocol.queries("test")
    table = Table(title=f"{min(args.show, len(queries))} of {len(queries)} test queries, grades derived from attributes")
    for column in ("query", "asks for", "left open", "grades 3 / 2 / 1"):
        table.add_column(column)
    for query in random.Random(args.seed).sample(queries, min(args.show, len(queries))):
        grades = list(protocol.judgments[query.id].values())
        wish = ", ".join(f"{facet} {value}" for facet, value in query.wish.items())
        table.add_row(query.query, wish, ", ".join(query.open), " / ".join(str(grades.count(grade)) for grade in (3, 2, 1)))
    Console().print(table)
    return 0


def _told(split: str, figures: dict[str, Any]) -> str:
    rejected = ", ".join(f"{number} {reason}" for reason, number in figures["rejected_drafts"].items())
    return f"{split}: {figures['kept']} of {figures['wanted']} queries; rejected drafts: {rejected or 'none'}"
