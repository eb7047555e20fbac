"""What reading slips, filters and orders in a query's words costs: ``prepare`` beside ``prepare`` that takes all words as words.

Both run in turn, each behind a search in the same process, so that they find its caches as a search leaves them. It is processor
time of one thread, which other work on the machine hardly moves.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from assortment.serving.catalogue_tables import Catalogues
from assortment.serving.pipeline import Pipeline, PipelineFiles
from assortment.serving.prepare import Preparer
from assortment.serving.request import SearchRequest
from perf.in_process import ask
from perf.latency import Latency

_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingWords:
    """What came out."""

    cpu_ms: Latency
    """Over the queries: the median of the rounds' differences for each."""
    search_cpu_ms: Latency
    """The same of the searches in between."""
    understood: int
    """Queries in which something was read."""

    @property
    def share(self) -> float:
        """Of a search, median of median, 0 to 1."""
        return self.cpu_ms.p50 / self.search_cpu_ms.p50


def measure(queries: Sequence[str], repository: Path, pipeline: Pipeline, *, k: int, console: Console) -> ReadingWords:
    """Prepares every query a few times.

    Args:
        queries: one or more.
        repository: an assembled model repository.
        pipeline: of the same repository, for the searches in between.
        k: products that these are asked for.
        console: told of each round.

    Raises:
        InputError: when a query is refused.
    """
    files = PipelineFiles.of_repository(repository)
    table = Catalogues(files.product_catalogues).version(files.version)
    reading = Preparer(files.tokenizer, table.filters, table.words, table.spellings)
    literal = Preparer(files.tokenizer, words=table.words)
    differences_s: list[list[float]] = [[] for _ in queries]
    searches_s: list[list[float]] = [[] for _ in queries]
    for number in range(_ROUNDS):
        for query, of_query, of_search in zip(queries, differences_s, searches_s, strict=True):
            taken_s = []
            for preparer in (reading, literal):
                began = time.thread_time()
                ask(pipeline, [query], k=k)
                searched = time.thread_time()
                preparer.prepare(SearchRequest(query=query))
                taken_s.append(time.thread_time() - searched)
                of_search.append(searched - began)
            of_query.append(taken_s[0] - taken_s[1])
        console.print(f"  reading words, round {number + 1} of {_ROUNDS}", style="dim", highlight=False)
    return ReadingWords(
        cpu_ms=Latency.of([statistics.median(of_query) for of_query in differences_s]),
        search_cpu_ms=Latency.of([statistics.median(of_search) for of_search in searches_s]),
        understood=sum(bool(reading.prepare(SearchRequest(query=query)).rules.understood) for query in queries),
    )
