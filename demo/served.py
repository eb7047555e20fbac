"""The frozen test queries through the server, as a service would send them: one by one, with the client."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Final

from assortment.catalogue.progress import progress
from assortment.protocol.store import Query
from assortment_client import SearchResponse
from demo.settings import K
from perf.latency import Latency
from perf.patience import PatientSearch

_WARM_UP: Final = 50


def ask_all(search: PatientSearch, queries: Sequence[Query], *, diversity: float | None = None) -> dict[str, SearchResponse]:
    """The answers to ``queries`` by id; a diversity of None leaves it, and the strategy, to the server's default."""
    return {query.id: search(query.query, k=K, diversity=diversity) for query in queries}


def rankings(answers: Mapping[str, SearchResponse]) -> dict[str, list[str]]:
    """Query id to product ids, of answers by query id."""
    return {query: list(answer.ids) for query, answer in answers.items()}


def measure_latency(search: PatientSearch, queries: Sequence[Query], requests: int) -> Latency:
    """Percentiles over ``requests`` requests, one after the other, at the server's defaults, after a few that do not count.

    A request that the server shed counts with all its attempts and pauses.
    """
    texts = [queries[number % len(queries)].query for number in range(_WARM_UP + requests)]
    times: list[float] = []
    for text in progress(texts, doing="timing requests", total=len(texts)):
        start = time.perf_counter()
        search(text, k=K)
        times.append(time.perf_counter() - start)
    return Latency.of(times[_WARM_UP:])
