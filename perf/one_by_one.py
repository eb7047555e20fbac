"""One request at a time, served and in one process, in alternating blocks of the same queries.

The served side is ``SearchClient.search``, call to typed answer, so the client's own work counts as overhead; the in-process side
is ``Pipeline.search``, text to typed answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rich.console import Console

from assortment.errors import StepError
from assortment.serving.pipeline import Pipeline
from assortment_client import SearchClient
from perf import agreement, stages
from perf.agreement import Agreement
from perf.blocks import blocks
from perf.in_process import ask
from perf.latency import Latency
from perf.patience import PatientSearch
from perf.stages import Statistics


@dataclass(frozen=True, slots=True, kw_only=True)
class OneByOne:
    """What came out."""

    served: Latency
    in_process: Latency
    stages: Sequence[stages.Stage]
    agreement: Agreement
    refused: int
    """Requests that waited too long in a queue of the server; they count with all their attempts."""

    @property
    def overhead_ms(self) -> float:
        """Median served minus median in-process."""
        return self.served.p50 - self.in_process.p50

    @property
    def p50_ratio(self) -> float:
        """Median served over median in-process."""
        return self.served.p50 / self.in_process.p50


@dataclass(slots=True)
class _Side:
    """One side: how it answers, and what that gave so far."""

    answer: Callable[[str], Sequence[str]]
    """A query to the product ids of its answer."""
    times_s: list[float] = field(default_factory=list)
    ids: list[Sequence[str]] = field(default_factory=list)

    def run(self, queries: Sequence[str]) -> None:
        """Answers queries one after the other."""
        for query in queries:
            start = time.perf_counter()
            ids = self.answer(query)
            self.times_s.append(time.perf_counter() - start)
            self.ids.append(ids)


def measure(
    queries: Sequence[str],
    client: SearchClient,
    statistics: Statistics,
    pipeline: Pipeline,
    *,
    num_blocks: int,
    size: int,
    k: int,
    console: Console,
) -> OneByOne:
    """Runs a pair of blocks that warms up, then ``num_blocks`` pairs that count.

    Raises:
        StepError: when the two sides answer differently: then they do not do the same work.
        ServerError: when the server fails a request.
    """
    search = PatientSearch(client)
    served = _Side(lambda query: search(query, k=k).ids)
    in_process = _Side(lambda query: ask(pipeline, [query], k=k)[0])
    counted: list[dict[str, stages.Counters]] = []
    for number, block in enumerate(blocks(len(queries), num_blocks + 1, size)):
        texts = [queries[query] for query in block]
        before = statistics.snapshot()
        served.run(texts)
        counted.append(stages.between(before, statistics.snapshot()))
        in_process.run(texts)
        if number:
            console.print(f"  one at a time, block {number} of {num_blocks}", style="dim", highlight=False)
    agreed = agreement.compare(served.ids, in_process.ids)
    if agreed.identical < agreed.answers:
        differing = agreed.answers - agreed.identical
        raise StepError(f"server and process disagree on {differing} of {agreed.answers} answers; assemble the repository again")
    return OneByOne(
        served=Latency.of(served.times_s[size:]),
        in_process=Latency.of(in_process.times_s[size:]),
        stages=stages.stages(stages.total(counted[1:])),
        agreement=agreed,
        refused=search.refused,
    )
