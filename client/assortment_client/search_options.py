"""The options of a search on a command line, and the request that they make."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from assortment_client import contract, filter_options
from assortment_client.errors import InvalidRequest
from assortment_client.request import SearchRequest


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds what is asked, how many, how diverse, and the page rules."""
    parser.add_argument("query", nargs="?", default="", help="what a shopper would type; may be left out with --image")
    parser.add_argument("--image", type=Path, metavar="FILE", help="a picture: JPEG, PNG, WebP, GIF or BMP")
    parser.add_argument("--k", type=int, default=contract.DEFAULT_K, help="how many results (default: %(default)s)")
    parser.add_argument(
        "--candidate",
        action="append",
        metavar="ID",
        help=f"rank these products instead of searching the catalogue; repeat for up to {contract.MAX_CANDIDATES}",
    )
    parser.add_argument("--candidates", metavar="FILE", help="the same, one id a line; - reads standard input")
    _configure_diversity(parser)
    _configure_rules(parser)


def request_of(args: argparse.Namespace) -> SearchRequest:
    """The request.

    Raises:
        InvalidRequest: when an option is not allowed, or the file of candidates cannot be read.
    """
    return SearchRequest(
        query=args.query,
        image=args.image,
        candidates=_candidates(args.candidate, args.candidates),
        k=args.k,
        strategy=args.strategy,
        diversity=args.diversity,
        max_relevance_loss=args.max_relevance_loss,
        collapse=args.collapse,
        near_duplicate=args.near_duplicate,
        caps=dict(args.cap),
        pinned=args.pin,
        excluded=args.exclude,
        shown=args.shown,
        filters=filter_options.filters_of(args.filter) if args.filter else None,
        sort=args.sort,
        literal=args.literal,
    )


def _configure_diversity(parser: argparse.ArgumentParser) -> None:
    strength = parser.add_mutually_exclusive_group()
    strength.add_argument("--diversity", type=float, help="0 is pure relevance, 1 pure diversity (default: the catalogue's own)")
    strength.add_argument(
        "--max-relevance-loss",
        type=float,
        metavar="SHARE",
        help="instead: the strongest diversity that gives up no more of the best list's discounted relevance, 0 to 1",
    )
    parser.add_argument("--strategy", help=f"one of {', '.join(contract.STRATEGIES)} (default: the catalogue's own)")


def _configure_rules(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cap",
        action="append",
        default=[],
        type=_cap,
        metavar="FACET=N",
        help=f"at most N products of one value of the facet, as in brand=2; repeat for up to {contract.MAX_CAPS} facets",
    )
    for option, what, most in (
        ("--pin", "this product stands first; repeat for up to {}, in order", contract.MAX_PINNED),
        ("--exclude", "this product is not shown; repeat for up to {}", contract.MAX_EXCLUDED),
        ("--shown", "an earlier page showed this product; repeat for up to {}", contract.MAX_SHOWN),
    ):
        parser.add_argument(option, action="append", default=[], metavar="ID", help=what.format(most))
    parser.add_argument("--filter", action="append", default=[], metavar="NAME=VALUE", help=filter_options.HELP)
    parser.add_argument(
        "--sort",
        choices=contract.SORTS,
        help="order of the relevant products; all but relevance without diversity (default: relevance, or what words ask for)",
    )
    parser.add_argument(
        "--literal", action="store_true", help='mend no slips, read no filter and no order in words ("not black")'
    )
    parser.add_argument(
        "--collapse",
        action=argparse.BooleanOptionalAction,
        help="show one of each set of variants and equal titles, or all side by side (default: the catalogue's own)",
    )
    parser.add_argument(
        "--near-duplicate", type=float, metavar="COSINE", help="collapse products that are at least this alike too, above 0 to 1"
    )


def _cap(value: str) -> tuple[str, int]:
    """Facet and number; the request checks both."""
    facet, _, most = value.rpartition("=")
    try:
        return facet, int(most)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value!r} is not allowed; allowed: FACET=N, as in brand=2") from None


def _candidates(given: Sequence[str] | None, file: str | None) -> list[str] | None:
    if file is None:
        return list(given) if given else None
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest.of("--candidates", file, f"the file cannot be read: {error}") from None
    return [*(given or ()), *(line.strip() for line in text.splitlines() if line.strip())]
