"""``assortment catalogue``: import raw files, generate the built-in catalogue, merge several into a shop, look at one.

What is done to a catalogue while it is served lives in the room that indexes it, and is loaded from there.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from assortment import manifest
from assortment.catalogue import steps
from assortment.catalogue.info import CatalogueInfo
from assortment.catalogue.merge import merge, parse_departments
from assortment.catalogue.readers import READERS
from assortment.catalogue.readers.table import TableReader
from assortment.catalogue.readers.table_columns import COLUMNS, TableSettings, parse_map
from assortment.catalogue.store import Catalogue
from assortment.catalogue.summary import FILENAME, ReadSummary
from assortment.manifest import Manifest
from assortment.paths import BuildPaths

_DEFAULT_NAME: Final = "generated"
_WHILE_SERVED: Final = "export.live.command"  # publish, list, rollback, refresh


class _Shape(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Shows defaults, and leaves lists as they are."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the subcommands; those of the export room only in a source checkout, which has that room."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    importing = actions.add_parser(
        "import", help="read a shop's raw files", formatter_class=_Shape, description=_readers(), epilog=_columns()
    )
    configure_import(importing)
    importing.add_argument("--catalogue", help="name of the result; that of the reader when left out")

    generating = actions.add_parser("generate", help="make the built-in catalogue of invented products", formatter_class=_Shape)
    generating.add_argument("--products", type=int, default=steps.DEFAULT_PRODUCTS, help="how many")
    generating.add_argument("--seed", type=int, default=steps.DEFAULT_SEED, help="another seed gives other products")
    generating.add_argument("--catalogue", default=_DEFAULT_NAME, help="name of the result")

    merging = actions.add_parser(
        "merge",
        help="make one shop with departments of several catalogues",
        formatter_class=_Shape,
        description="Writes the products of catalogues that are made already into a new one. Ids that several of them have get "
        "the catalogue's name in front; pictures are carried over, currencies kept.",
    )
    merging.add_argument("name", help="name of the result")
    merging.add_argument("sources", nargs="+", metavar="catalogue", help="two or more, as they are called under --build")
    merging.add_argument(
        "--department",
        action="append",
        default=[],
        metavar="CATALOGUE=NAME",
        help="department of a catalogue's products; else each keeps its own, and those without get the catalogue's name",
    )

    looking = actions.add_parser("info", help="what a catalogue holds, in figures", formatter_class=_Shape)
    looking.add_argument("--json", action="store_true", help="as JSON, with every type")
    looking.add_argument("--catalogue", default=_DEFAULT_NAME, help="name of the catalogue")
    for action in (importing, generating, merging, looking):
        action.add_argument("--build", type=Path, default=Path("build"), help="the folder of everything made")
    with contextlib.suppress(ModuleNotFoundError):
        importlib.import_module(_WHILE_SERVED).configure(actions)


def run(args: argparse.Namespace) -> int:
    """Runs one subcommand."""
    if "run_while_served" in args:
        code: int = args.run_while_served(args)
        return code
    if args.action == "merge":
        made = merge(args.build, args.name, args.sources, departments=parse_departments(args.department))
        return _told(BuildPaths(args.build / args.name), made)
    paths = BuildPaths(args.build / (args.catalogue or args.reader))
    if args.action == "info":
        return _info(paths, as_json=args.json)
    made = import_raw(paths, args) if args.action == "import" else steps.generate(paths, products=args.products, seed=args.seed)
    return _told(paths, made)


def configure_import(importing: argparse.ArgumentParser, *, optional: bool = False) -> None:
    """Adds what an import is told: reader, source, and how to read."""
    wanted: Any = {"nargs": "?"} if optional else {}
    importing.add_argument("reader", choices=sorted(READERS), help="the format of the raw files", **wanted)
    importing.add_argument("source", type=Path, help="the folder that holds them; for table and icecat a file", **wanted)
    importing.add_argument("--strict", action="store_true", help="stop at the first faulty row instead of counting it")
    importing.add_argument("--limit", type=int, help="read at most this many products, for a first try")
    importing.add_argument("--currency", default="", metavar="CODE", help="of prices that name none, for instance EUR")
    own = importing.add_argument_group("for the table reader")
    own.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=YOURS",
        help="which of your columns is which, for instance title=name or attributes.colour=farbe; several times",
    )
    own.add_argument("--pictures", type=Path, metavar="PATH", help="folder or zip file of pictures")
    own.add_argument("--category-separator", default=">", metavar="TEXT", help="between the levels of a category path")
    own.add_argument("--decimal", default="", metavar="MARK", help='decimal mark of prices, "." or ","; found out when left out')
    own.add_argument("--rest-as-attributes", action="store_true", help="columns that are not understood become attributes")


def import_raw(paths: BuildPaths, args: argparse.Namespace) -> Manifest:
    """Imports as ``configure_import`` was told."""
    table = TableSettings(
        columns=parse_map(args.map),
        pictures=args.pictures,
        category_separator=args.category_separator,
        decimal=args.decimal,
        rest_as_attributes=args.rest_as_attributes,
    )
    return steps.import_catalogue(
        paths,
        reader=args.reader,
        source=args.source,
        strict=args.strict,
        limit=args.limit,
        currency=args.currency,
        table=table if args.reader == TableReader.name or table != TableSettings() else None,
    )


def _told(paths: BuildPaths, made: Manifest) -> int:
    summary = ReadSummary.read_from(paths.catalogue)
    print(summary.headline())
    for remark in summary.remarks():
        print(f"  {remark}")
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


def _readers() -> str:
    told = "Reads raw files into build/<catalogue>/catalogue. Rows that cannot be used are counted and named by line. Formats:"
    return "\n".join([*textwrap.wrap(told, 100), "", *_list({name: reader.description for name, reader in READERS.items()})])


def _columns() -> str:
    return "\n".join(["Columns of the table reader, called so or mapped with --map:", "", *_list(COLUMNS)])


def _list(entries: Mapping[str, str]) -> list[str]:
    """A line or more for each name, what it means indented."""
    return [
        line
        for name, meaning in entries.items()
        for line in textwrap.wrap(
            meaning, 100, initial_indent=f"  {name:<17}", subsequent_indent=" " * 19, break_on_hyphens=False
        )
    ]
