"""``assortment rank``: a file of queries through a running server."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assortment.errors import DataError
from assortment.ranking import Failed, Ranked, json_line, rank, read_requests
from assortment_client import SearchClient, SearchError

_EPILOG = """\
A line of the queries file, all but "query" optional:
  {"query": "blue shoes", "image": "photo.jpg", "candidates": ["17", "42"], "k": 10, "strategy": "mmr", "diversity": 0.3}
Page rules are fields of the same names as the client's, each optional too:
  {"query": "blue shoes", "max_relevance_loss": 0.02, "collapse": true, "near_duplicate": 0.95, "caps": {"brand": 2},
   "pinned": ["42"], "excluded": ["7"], "shown": ["17"]}
  {"query": "blue shoes", "filters": {"price": [null, 50], "brand": ["Puma"], "in_stock": true}, "sort": "price_ascending"}
("max_relevance_loss" stands instead of "diversity"). An object has to stand on one line.
A line of the output:
  {"query": "blue shoes", "ids": ["42", "17"], "relevance": [0.93, 0.88], "catalogue_version": 1, "latency_ms": 6.1}
or, when the server could not answer, {"query": ..., "error": ...}; the exit code is 1 then.

Measure the output with `assortment evaluate`. Start a server with `assortment serve`.
"""
_LINE_EVERY_S = 10.0  # where there is no terminal


def configure(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("--queries", type=Path, required=True, metavar="FILE", help="JSON lines, one query each")
    parser.add_argument(
        "--output", type=Path, required=True, metavar="FILE", help="JSON lines, in the same order; complete or absent"
    )
    parser.add_argument("--url", default="127.0.0.1:8001", help="host:port of the server's gRPC endpoint (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=4, help="requests under way at a time (default: %(default)s)")
    parser.add_argument("--deadline", type=float, default=10.0, metavar="SECONDS", help="for each query (default: %(default)s)")
    parser.add_argument("--keep-going", action="store_true", help="send the other queries when lines of the file are wrong")


def run(args: argparse.Namespace) -> int:
    output: Path = args.output
    if not output.parent.is_dir():
        raise DataError(f"--output: the folder {output.parent} does not exist; make it first")
    requests = read_requests(args.queries, keep_going=args.keep_going)
    started = time.perf_counter()
    counts: Counter[type] = Counter()
    try:
        with SearchClient(args.url) as client, _atomic(output) as file:
            server = client.server_info()
            for outcome in _shown(rank(client, requests, workers=args.workers, deadline_s=args.deadline), len(requests)):
                counts[type(outcome)] += 1
                file.write(json_line(outcome) + "\n")
    except SearchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    seconds = time.perf_counter() - started
    counted = f"{counts[Ranked]} queries ranked, {counts[Failed]} failed"
    print(f"{counted} in {seconds:.1f} s by {server.name} {server.version}: {output}", file=sys.stderr)
    return 1 if counts[Failed] else 0


@contextlib.contextmanager
def _atomic(path: Path) -> Iterator[IO[str]]:
    """A file that takes its name when it is complete; nothing is left when it is not."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8") as file:
            yield file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _shown(outcomes: Iterable[Ranked | Failed], total: int) -> Iterator[Ranked | Failed]:
    """The same outcomes, with a progress bar in a terminal and a line now and then elsewhere, on stderr."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    next_line = time.monotonic() + _LINE_EVERY_S
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("ranking", total=total)
        for done, outcome in enumerate(outcomes, start=1):
            progress.advance(task)
            if not console.is_terminal and time.monotonic() >= next_line:
                print(f"ranking: {done} of {total}", file=sys.stderr, flush=True)
                next_line = time.monotonic() + _LINE_EVERY_S
            yield outcome
