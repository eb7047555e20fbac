"""One client under many threads, against a server that replays answers: right answers, and the throughput beside raw's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assortment.errors import StepError
from assortment_client import SearchClient
from perf.client.raw import DEADLINE_S, RawClient
from perf.client.replay import ReplayServer
from perf.client.sides import Block, Threads
from perf.latency import Latency


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What came of it."""

    threads: int
    one: Block
    """Our client, one thread."""
    many: Block
    """Our client, all threads."""
    raw: Block
    """Raw tritonclient, all threads."""

    def summary(self) -> dict[str, Any]:
        """For ``summary.json``."""
        sides = {"ours_one_thread": self.one, "ours": self.many, "raw": self.raw}
        rates = {name: round(len(block.times_s) / block.seconds, 1) for name, block in sides.items()}
        return {
            "threads": self.threads,
            "calls": len(self.many.times_s),
            "per_s": rates,
            "throughput_ratio": round(self.raw.seconds / self.many.seconds, 4),
            "ms": {name: Latency.of(block.times_s).as_dict() for name, block in sides.items()},
            "cpu_ms": {name: round(block.cpu_s / len(block.times_s) * 1e3, 4) for name, block in sides.items()},
        }


def measure(answers: Path, queries: Sequence[str], *, threads: int, calls: int) -> Shared:
    """Makes ``calls`` calls by one thread, then by ``threads``, then the same by raw tritonclient.

    Raises:
        StepError: when a thread was given the answer to another one's query.
    """
    order = [queries[number % len(queries)] for number in range(calls)]
    with ReplayServer(answers) as server, SearchClient(server.address) as client:
        raw = RawClient(server.address)
        sides = [
            Threads(lambda query: client.search(query, deadline_s=DEADLINE_S).ids),
            Threads(lambda query: client.search(query, deadline_s=DEADLINE_S).ids, in_flight=threads),
            Threads(raw.ids, in_flight=threads),
        ]
        try:
            for side in sides:
                side.run(order[: 4 * threads])  # connections, threads and caches
            one, many, theirs = (side.run(order) for side in sides)
        finally:
            for side in sides:
                side.close()
            raw.close()
    expected = dict(zip(order, theirs.ids, strict=True))
    if len({tuple(ids) for ids in expected.values()}) < 2:
        raise StepError("all queries have one answer, so a mixed-up answer would not be seen; ask other queries")
    for block in (one, many):
        if any(list(ids) != list(expected[query]) for query, ids in zip(order, block.ids, strict=True)):
            raise StepError(f"a call under {threads} threads brought the answer to another query")
    return Shared(threads=threads, one=one, many=many, raw=theirs)
