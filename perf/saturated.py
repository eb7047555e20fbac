"""As much as fits, served and in one process a core, in alternating blocks of the same requests.

The served side batches in Triton; its load generator shares the cores with it. The in-process side has one process a core, each
taking full batches, with no queue, no network and no waiting for a batch to fill.
"""

from __future__ import annotations

import os
import statistics as averages
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console

from assortment.contract import MAX_BATCH_SIZE
from perf import agreement, cpu_time, stages
from perf.agreement import Agreement
from perf.blocks import blocks
from perf.in_process import Work, Workers
from perf.load import Load, SearchLoad

_MOST_REFUSED: Final = 0.01
"""Share of requests that may be refused, and sent again, before fewer are kept in flight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuPerRequest:
    """Processor time of one request in milliseconds: unlike throughput, other work on the machine hardly changes it."""

    server: float
    """All processes of the server."""
    client: float
    """The load generator."""
    in_process: float
    """The workers."""

    @property
    def ratio(self) -> float:
        """In-process over served, the load generator included: what the throughput ratio comes to on a quiet machine."""
        return self.in_process / (self.server + self.client)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturated:
    """What came out."""

    served: Sequence[float]
    """Requests a second of each block."""
    in_process: Sequence[float]
    stages: Sequence[stages.Stage]
    agreement: Agreement
    in_flight: int
    """Requests kept at the server; see ``settle``."""
    batch: int
    """Queries a worker takes at once."""
    refused: int
    """Requests that waited too long in a queue of the server and were sent again."""
    cpu_ms: CpuPerRequest

    @property
    def throughput_ratio(self) -> float:
        """Served over in-process, the median of the pairs of blocks: neighbours in time saw the same machine."""
        return averages.median(ours / theirs for ours, theirs in zip(self.served, self.in_process, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """A served block and the same requests in process."""

    load: Load
    work: Work
    server_cpu_s: float
    worker_cpu_s: float
    counted: dict[str, stages.Counters]


def measure(
    queries: Sequence[str],
    load: SearchLoad,
    statistics: stages.Statistics,
    workers: Workers,
    *,
    num_blocks: int,
    size: int,
    in_flight: int,
    console: Console,
) -> Saturated:
    """Finds how much the server holds, runs a pair of blocks that warms up, then ``num_blocks`` pairs that count.

    Raises:
        ServerError: when the server fails a request, or refuses too many.
        StepError: when a worker ends.
    """
    in_flight = settle(load, blocks(len(queries), 1, size)[0], in_flight=in_flight)
    server_processes = cpu_time.descendants(os.getpid(), besides=workers.pids)
    pairs: list[_Pair] = []
    for block in blocks(len(queries), num_blocks + 1, size):
        texts = [queries[query] for query in block]
        before, server_before = statistics.snapshot(), cpu_time.spent_s(server_processes)
        loaded = load.run(block, in_flight=in_flight)
        server_cpu_s = cpu_time.spent_s(server_processes) - server_before
        counted = stages.between(before, statistics.snapshot())
        workers_before = cpu_time.spent_s(workers.pids)
        worked = workers.run(texts)
        worker_cpu_s = cpu_time.spent_s(workers.pids) - workers_before
        pairs.append(_Pair(load=loaded, work=worked, server_cpu_s=server_cpu_s, worker_cpu_s=worker_cpu_s, counted=counted))
        rates = f"served {size / loaded.seconds:.0f}/s, in process {size / worked.seconds:.0f}/s"
        name = f"block {len(pairs) - 1} of {num_blocks}" if len(pairs) > 1 else "warm-up"
        console.print(f"  saturated, {name}: {rates}", style="dim", highlight=False, soft_wrap=True)
    return _result(pairs[1:], size, in_flight=in_flight, batch=workers.batch)


def settle(load: SearchLoad, block: Sequence[int], *, in_flight: int) -> int:
    """How many requests to keep in flight: ``in_flight``, or less where the server's queue policy refuses more than a few.

    More would be time spent on refusals; how much a server can hold within its policy depends on how fast the machine is.
    """
    while load.run(block, in_flight=in_flight).refused > _MOST_REFUSED * len(block) and in_flight > MAX_BATCH_SIZE:
        in_flight = max(MAX_BATCH_SIZE, in_flight * 3 // 4)
    return in_flight


def _result(pairs: Sequence[_Pair], size: int, *, in_flight: int, batch: int) -> Saturated:
    per_request_ms = 1_000 / (len(pairs) * size)
    return Saturated(
        served=[size / pair.load.seconds for pair in pairs],
        in_process=[size / pair.work.seconds for pair in pairs],
        stages=stages.stages(stages.total(pair.counted for pair in pairs)),
        agreement=agreement.compare(
            [ids for pair in pairs for ids in pair.load.ids], [ids for pair in pairs for ids in pair.work.ids]
        ),
        in_flight=in_flight,
        batch=batch,
        refused=sum(pair.load.refused for pair in pairs),
        cpu_ms=CpuPerRequest(
            server=sum(pair.server_cpu_s for pair in pairs) * per_request_ms,
            client=sum(pair.load.client_cpu_s for pair in pairs) * per_request_ms,
            in_process=sum(pair.worker_cpu_s for pair in pairs) * per_request_ms,
        ),
    )
