"""``assortment search``: one query to a running server, and its results as a table."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assortment import filter_options
from assortment.catalogue.store import PRODUCTS
from assortment.paths import BuildPaths
from assortment_client import Reason, Result, SearchClient, SearchError, SearchResponse, contract

_REASONS: Final = {
    Reason.RELEVANCE: "relevant",
    Reason.DIVERSITY: "unlike those above",
    Reason.PINNED: "pinned",
    Reason.SORTED: "by the sort order",
}
_STYLES: Final = {Reason.DIVERSITY: "cyan", Reason.PINNED: "yellow"}
_EPILOG = """\
Examples:
  assortment search "blue running shoes"
  assortment search "running shoes" --diversity 0      relevance only
  assortment search --image photo.jpg --k 5            a picture alone is a query too
  assortment search shirt --max-relevance-loss 0.02    as diverse as 2 % of the relevance buys
  assortment search shirt --cap brand=2 --pin 1042     at most two of a brand, product 1042 first
  assortment search shirt --filter brand=Puma --filter price=..50 --filter in_stock --sort price_ascending

Start a server with `assortment serve`.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("query", nargs="?", default="", help="what a shopper would type; may be left out with --image")
    parser.add_argument("--image", type=Path, metavar="FILE", help="a picture: JPEG, PNG, WebP, GIF or BMP")
    parser.add_argument("--k", type=int, default=contract.DEFAULT_K, help="how many results (default: %(default)s)")
    strength = parser.add_mutually_exclusive_group()
    strength.add_argument("--diversity", type=float, help="0 is pure relevance, 1 pure diversity (default: the catalogue's own)")
    strength.add_argument(
        "--max-relevance-loss",
        type=float,
        metavar="SHARE",
        help="instead: the strongest diversity that gives up no more of the best list's discounted relevance, 0 to 1",
    )
    parser.add_argument("--strategy", help=f"one of {', '.join(contract.STRATEGIES)} (default: the catalogue's own)")
    parser.add_argument(
        "--cap",
        action="append",
        default=[],
        type=_cap,
        metavar="FACET=N",
        help=f"at most N products of one value of the facet, as in brand=2; repeat for up to {contract.MAX_CAPS} facets",
    )
    parser.add_argument(
        "--pin",
        action="append",
        default=[],
        metavar="ID",
        help=f"this product stands first; repeat for up to {contract.MAX_PINNED}, in order",
    )
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="ID",
        help=f"this product is not shown; repeat for up to {contract.MAX_EXCLUDED}",
    )
    parser.add_argument("--filter", action="append", default=[], metavar="NAME=VALUE", help=filter_options.HELP)
    parser.add_argument(
        "--sort",
        choices=contract.SORTS,
        default=contract.SORTS[0],
        help="order of the relevant products; all but relevance without diversity (default: %(default)s)",
    )
    parser.add_argument(
        "--no-collapse",
        dest="collapse",
        action="store_const",
        const=False,
        help="show variants and equal titles side by side (default: the catalogue's own)",
    )
    parser.add_argument("--url", default="127.0.0.1:8001", help="host:port of the server's gRPC endpoint (default: %(default)s)")
    parser.add_argument("--deadline", type=float, default=5.0, metavar="SECONDS", help="(default: %(default)s)")
    parser.add_argument(
        "--catalogue", default="generated", help="where titles are looked up: BUILD/CATALOGUE (default: %(default)s)"
    )
    parser.add_argument("--build", type=Path, default=Path("build"), help="the folder of all catalogues (default: %(default)s)")


def _cap(value: str) -> tuple[str, int]:
    """Facet and number; the client checks both."""
    facet, _, most = value.rpartition("=")
    try:
        return facet, int(most)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value!r} is not allowed; allowed: FACET=N, as in brand=2") from None


def run(args: argparse.Namespace) -> int:
    try:
        with SearchClient(args.url) as client:
            started = time.perf_counter()
            response = client.search(
                args.query,
                image=args.image,
                k=args.k,
                strategy=args.strategy,
                diversity=args.diversity,
                max_relevance_loss=args.max_relevance_loss,
                collapse=args.collapse,
                caps=dict(args.cap),
                pinned=args.pin,
                excluded=args.exclude,
                filters=filter_options.filters_of(args.filter),
                sort=args.sort,
                deadline_s=args.deadline,
            )
            milliseconds = (time.perf_counter() - started) * 1e3
    except SearchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    titles = titles_of(BuildPaths(args.build / args.catalogue).catalogue, response.ids)
    console = Console()
    console.print(table(response, titles))
    console.print(
        f"{len(response)} results in {milliseconds:.1f} ms, catalogue version {response.catalogue_version}", highlight=False
    )
    if response.unmet:
        console.print(f"Fewer than {args.k}: {response.unmet}", markup=False, highlight=False)
    if not titles:
        console.print(f"No titles: {args.build / args.catalogue} holds no catalogue with these products (--catalogue, --build).")
    return 0


def table(response: SearchResponse, titles: Mapping[str, str]) -> Table:
    """Results in the order to show; the rank tells which place relevance alone would have given."""
    shown = Table("place", "rank", "relevance", "product", "title", "why", box=None, header_style="bold")
    for column in shown.columns[:3]:
        column.justify = "right"
    for place, result in enumerate(response, start=1):
        shown.add_row(
            str(place),
            str(result.rank or "-"),  # a pinned product may have none
            f"{result.relevance:.3f}",
            escape(result.product_id),
            escape(titles.get(result.product_id, "")),
            escape(why(result)),
            style=_STYLES.get(result.reason),
        )
    return shown


def why(result: Result) -> str:
    """Why a product is on the page, what it is the first to show, and what it stands for."""
    parts = [_REASONS[result.reason]]
    if result.opens:
        parts.append(f"first {result.opens}")
    if result.num_collapsed:
        parts.append(f"{result.num_collapsed} more like it")
    return ", ".join(parts)


def titles_of(catalogue: Path, ids: Sequence[str]) -> dict[str, str]:
    """Titles of the products that ``catalogue`` holds; empty when there is no catalogue. Reads two columns, not all products."""
    file = catalogue / PRODUCTS
    if not ids or not file.is_file():
        return {}
    found = pq.read_table(file, columns=["id", "title"], filters=[("id", "in", list(ids))])
    return dict(zip(found["id"].to_pylist(), found["title"].to_pylist(), strict=True))
