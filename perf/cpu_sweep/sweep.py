"""Every tuning on one real server, round after round in another order, so that a slow minute of the machine hits them alike.

A tuning is put in place by the server's own load call. Then come requests one at a time, as many as fit, and Poisson arrivals at
one rate for all. A round's figures are compared with the default's in the same round and with nothing else.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from rich.console import Console
from tritonclient.grpc import InferenceServerClient
from tritonclient.utils import InferenceServerException

from assortment.errors import ServerError
from assortment.protocol.store import Protocol
from deploy.local.server import LocalServer
from perf.cpu_sweep import model_config
from perf.cpu_sweep.settings import Settings, Tuning
from perf.load import SearchLoad
from perf.open_loop import OpenLoop

_SEED: Final = 7
_DEADLINE_S: Final = 0.2
_WARM_UP: Final = 32  # requests after a model was loaded, which do not count


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One tuning in one round."""

    tuning: Tuning
    round: int
    alone_ms: float
    """Mean time of a request with one in flight."""
    per_s: float
    """Answers a second with ``in_flight`` of them kept at the server."""
    refused: int
    """Requests of that block that the queue policy refused; they were sent again."""
    open_p50_ms: float
    open_p95_ms: float
    """Of the open-loop block's arrivals, from when each was due; one that was not answered within 200 ms is slower than all
    others, so infinite where more were lost than the percentile leaves."""
    good_share: float
    """Share of the open-loop block's arrivals that were answered within 200 ms."""


@dataclass(kw_only=True)
class Sweep:
    """What one run found so far."""

    settings: Settings
    default: Tuning
    rate: float = 0.0
    """Arrivals a second of the open-loop blocks."""
    cells: list[Cell] = field(default_factory=list)
    incomplete: str = ""

    def ratios(self, tuning: Tuning, figure: str) -> list[float]:
        """A figure of a tuning over the default's in the same round, of each round that has both."""
        default = {cell.round: getattr(cell, figure) for cell in self.cells if cell.tuning == self.default}
        pairs = [(getattr(c, figure), default[c.round]) for c in self.cells if c.tuning == tuning and c.round in default]
        return [1.0 if own == other else own / other for own, other in pairs]  # both may be infinite

    def less_good(self, tuning: Tuning) -> float:
        """How much smaller its share of arrivals answered in time is than the default's in the same rounds, mean; NaN of none."""
        default = {cell.round: cell.good_share for cell in self.cells if cell.tuning == self.default}
        less = [default[c.round] - c.good_share for c in self.cells if c.tuning == tuning and c.round in default]
        return sum(less) / len(less) if less else math.nan


def percentiles_ms(good_s: Sequence[float], offered: int) -> tuple[float, float]:
    """p50 and p95 of ``offered`` arrivals of which ``good_s`` (seconds) were answered in time; the others are infinitely slow."""
    times = [*good_s, *[math.inf] * (offered - len(good_s))]
    p50, p95 = np.percentile(np.asarray(times) * 1_000.0, [50, 95], method="higher").tolist()
    return p50, p95


def measure(found: Sweep, server: LocalServer, console: Console) -> Iterator[Cell]:
    """Measures cell after cell.

    Raises:
        ServerError: when the server does not take a tuning, or a request fails.
    """
    settings = found.settings
    queries = [query.query for query in Protocol.open(settings.paths.protocol).queries("test")]
    closed = SearchLoad(server.grpc_address, queries)
    opened = OpenLoop(server.grpc_address, queries, deadline_s=_DEADLINE_S)
    config = model_config.read(settings.paths.model_repository)
    shuffled = random.Random(_SEED)
    for number in range(settings.rounds):
        order = settings.tunings(found.default)
        if number:
            shuffled.shuffle(order)
        for tuning in order:
            _load(server, model_config.tuned(config, tuning), tuning)
            closed.run(_order(_WARM_UP, len(queries)), in_flight=4)
            alone = closed.run(_order(settings.alone_requests, len(queries)), in_flight=1)
            many = closed.run(_order(settings.requests, len(queries)), in_flight=settings.in_flight)
            per_s = settings.requests / many.seconds
            found.rate = found.rate or round(settings.rate_share * per_s, 1)  # the default comes first
            arrivals = opened.run(found.rate, settings.seconds, seed=number)
            if arrivals.failed:
                raise ServerError(f"with {tuning}, arrivals failed: {arrivals.failed}")
            p50_ms, p95_ms = percentiles_ms(arrivals.good_s, arrivals.offered)
            cell = Cell(
                tuning=tuning,
                round=number,
                alone_ms=alone.seconds / settings.alone_requests * 1_000,
                per_s=per_s,
                refused=many.refused,
                open_p50_ms=p50_ms,
                open_p95_ms=p95_ms,
                good_share=len(arrivals.good_s) / arrivals.offered,
            )
            told = f"{cell.per_s:.0f}/s, alone {cell.alone_ms:.1f} ms, p95 {cell.open_p95_ms:.1f} ms at {found.rate:g}/s"
            console.print(f"  round {number + 1}, {tuning}: {told}", style="dim", highlight=False, soft_wrap=True)
            yield cell


def _load(server: LocalServer, config: str, tuning: Tuning) -> None:
    """Puts a tuning in place, and sees that searches are answered with it."""
    client = InferenceServerClient(server.grpc_address)
    try:
        client.load_model(model_config.MODEL, headers=server.admin_key.headers(), config=config)
    except InferenceServerException as error:
        raise ServerError(f"the server does not take {tuning}: {error.message()}") from error
    finally:
        client.close()
    server.canary()


def _order(count: int, num_queries: int) -> Sequence[int]:
    return [number % num_queries for number in range(count)]
