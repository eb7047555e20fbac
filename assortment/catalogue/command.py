"""``assortment catalogue``: import raw files, generate the built-in catalogue, look at one."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Final

from rich.console import Console

from assortment import manifest
from assortment.catalogue import steps
from assortment.catalogue.info import CatalogueInfo
from assortment.catalogue.readers import READERS
from assortment.catalogue.store import Catalogue
from assortment.catalogue.summary import FILENAME, ReadSummary
from assortment.paths import BuildPaths

_DEFAULT_NAME: Final = "generated"


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the three subcommands."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    shape = argparse.ArgumentDefaultsHelpFormatter

    importing = actions.add_parser(
        "import", help="read a shop's raw files", formatter_class=shape, description=_describe_readers()
    )
    importing.add_argument("reader", choices=sorted(READERS), help="the format of the raw files")
    importing.add_argument("source", type=Path, help="the folder that holds them")
    importing.add_argument("--strict", action="store_true", help="stop at the first faulty row instead of counting it")
    importing.add_argument("--limit", type=int, help="read at most this many products, for a first try")
    importing.add_argument("--catalogue", help="name of the result; that of the reader when left out")

    generating = actions.add_parser("generate", help="make the built-in catalogue of invented products", formatter_class=shape)
    generating.add_argument("--products", type=int, default=steps.DEFAULT_PRODUCTS, help="how many")
    generating.add_argument("--seed", type=int, default=steps.DEFAULT_SEED, help="another seed gives other products")
    generating.add_argument("--catalogue", default=_DEFAULT_NAME, help="name of the result")

    looking = actions.add_parser("info", help="what a catalogue holds, in figures", formatter_class=shape)
    looking.add_argument("--json", action="store_true", help="as JSON, with every type")
    looking.add_argument("--catalogue", default=_DEFAULT_NAME, help="name of the catalogue")
    for action in (importing, generating, looking):
        action.add_argument("--build", type=Path, default=Path("build"), help="the folder of everything made")


def run(args: argparse.Namespace) -> int:
    """Runs one subcommand."""
    paths = BuildPaths(args.build / (args.catalogue or args.reader))
    if args.action == "info":
        return _info(paths, as_json=args.json)
    if args.action == "import":
        made = steps.import_catalogue(paths, reader=args.reader, source=args.source, strict=args.strict, limit=args.limit)
    else:
        made = steps.generate(paths, products=args.products, seed=args.seed)
    summary = ReadSummary.read_from(paths.catalogue)
    print(summary.headline())
    if summary.findings:
        Console().print(summary.table())
        print(f"every row is named in {paths.catalogue / FILENAME}")
    print(f"{made.results['kept']:,} products in {paths.catalogue}")
    return 0


def _info(paths: BuildPaths, *, as_json: bool) -> int:
    catalogue = Catalogue.open(paths.catalogue)
    manifest.verify(paths.catalogue)
    info = CatalogueInfo.of(catalogue.products)
    if as_json:
        print(json.dumps(info.as_dict(), indent=1, ensure_ascii=False))
    else:
        Console().print(info.tables())
    return 0


def _describe_readers() -> str:
    formats = "; ".join(f"{name}: {reader.description}" for name, reader in READERS.items())
    rows = "Rows that cannot be used are counted and named by line."
    return f"Reads raw files into build/<catalogue>/catalogue. {rows} Formats: {formats}."
