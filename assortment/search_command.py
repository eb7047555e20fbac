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

from assortment.catalogue.store import PRODUCTS
from assortment.paths import BuildPaths
from assortment_client import Reason, Result, SearchClient, SearchError, SearchResponse, search_options

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
    search_options.configure(parser)
    parser.add_argument("--url", default="127.0.0.1:8001", help="host:port of the server's gRPC endpoint (default: %(default)s)")
    parser.add_argument("--deadline", type=float, default=5.0, metavar="SECONDS", help="(default: %(default)s)")
    parser.add_argument(
        "--catalogue", default="generated", help="where titles are looked up: BUILD/CATALOGUE (default: %(default)s)"
    )
    parser.add_argument("--build", type=Path, default=Path("build"), help="the folder of all catalogues (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    try:
        request = search_options.request_of(args)
        with SearchClient(args.url) as client:
            started = time.perf_counter()
            response = client.send(request, deadline_s=args.deadline)
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
    if response.understood:
        console.print(f"Understood: {response.understood} (--literal takes the words as they are)", markup=False, highlight=False)
    if response.unmet:
        console.print(f"Fewer than {args.k}: {response.unmet}", markup=False, highlight=False)
    if response.ids and not titles:
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
