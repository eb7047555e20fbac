"""A file of queries through a running server: JSON lines in, JSON lines out, in the same order.

In:  {"query": "blue shoes", "image": "photo.jpg", "candidates": ["id", ...], "k": 10, "strategy": "mmr", "diversity": 0.3}
     All but ``query`` are optional, and ``query`` is when there is a picture. Pictures are looked for beside the file.
     Page rules are fields too: "max_relevance_loss": 0.02 (instead of "diversity"), "collapse": true, "near_duplicate": 0.95,
     "caps": {"brand": 2}, "pinned": ["id", ...], "excluded": ["id", ...], "shown": ["id", ...],
     "filters": {"brand": ["Puma"], "price": [null, 50]}, "sort": "price_ascending".
     The fields of a frozen protocol's queries are passed over, so that its ``queries.jsonl`` can be given as it is.
Out: {"query", "ids", "relevance", "catalogue_version", "latency_ms"}, or {"query", "error"}
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from assortment.errors import DataError, InputError
from assortment.protocol.store import Query
from assortment_client import Filters, InvalidRequest, Overloaded, SearchClient, SearchError, SearchRequest

REQUEST_FIELDS: Final = tuple(field.name for field in fields(SearchRequest))
_PASSED_OVER: Final = frozenset(field.name for field in fields(Query))
_MAX_SHOWN: Final = 10  # wrong lines that a message names
_PAUSES_S: Final = (0.1, 0.2, 0.4, 0.8)  # before further attempts on an overloaded server: a batch job can wait


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongLine:
    """A line that is no request."""

    number: int
    """From 1."""
    query: str
    """Its query, empty when it cannot be told."""
    reason: str
    """Field, value and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A query that was answered."""

    query: str
    ids: Sequence[str]
    relevance: Sequence[float]
    catalogue_version: int
    latency_ms: float
    """From sending to the decoded answer, without the waits for a free worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A query that was not."""

    query: str
    error: str


def read_requests(path: Path, *, keep_going: bool = False) -> list[SearchRequest | WrongLine]:
    """Reads and checks a whole file of requests before any is sent; blank lines count for nothing.

    Raises:
        DataError: when the file cannot be read or holds no request, and for wrong lines unless ``keep_going``: how many,
            and the first ones with line and field.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    read = [_request_of(line, number, path.parent) for number, line in enumerate(lines, start=1) if line.strip()]
    wrong = [line for line in read if isinstance(line, WrongLine)]
    if not read:
        raise DataError(f'{path} holds no queries; write one JSON object a line, as in {{"query": "blue shoes"}}')
    if wrong and not keep_going:
        shown = "\n".join(f"  line {line.number}: {line.reason}" for line in wrong[:_MAX_SHOWN])
        more = f"\n  and {len(wrong) - _MAX_SHOWN} more" if len(wrong) > _MAX_SHOWN else ""
        raise DataError(f"{path}: {len(wrong)} of {len(read)} lines are wrong, nothing was sent\n{shown}{more}")
    return read


def rank(
    client: SearchClient, requests: Sequence[SearchRequest | WrongLine], *, workers: int = 4, deadline_s: float = 10.0
) -> Iterator[Ranked | Failed]:
    """Sends requests from ``workers`` threads and yields the outcomes in the requests' order, as they come.

    Raises:
        InputError: when ``workers`` is less than 1.
    """
    if workers < 1:
        raise InputError("workers", workers, "allowed: at least 1")
    under_way: deque[Future[Ranked | Failed]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for request in requests:
            under_way.append(pool.submit(_outcome, client, request, deadline_s))
            if len(under_way) > 4 * workers:  # enough to keep workers busy behind a slow request
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def json_line(outcome: Ranked | Failed) -> str:
    """One line of the output, without its end."""
    return json.dumps(asdict(outcome), ensure_ascii=False)


def _outcome(client: SearchClient, request: SearchRequest | WrongLine, deadline_s: float) -> Ranked | Failed:
    if isinstance(request, WrongLine):
        return Failed(query=request.query, error=f"line {request.number}: {request.reason}")
    for pause_s in (*_PAUSES_S, None):
        started = time.perf_counter()
        try:
            response = client.send(request, deadline_s=deadline_s)
        except Overloaded as error:
            if pause_s is None:
                return Failed(query=request.query, error=str(error))
            time.sleep(pause_s)
        except SearchError as error:
            return Failed(query=request.query, error=str(error))
        else:
            return Ranked(
                query=request.query,
                ids=response.ids,
                relevance=[round(relevance, 6) for relevance in response.relevance.tolist()],
                catalogue_version=response.catalogue_version,
                latency_ms=round((time.perf_counter() - started) * 1e3, 3),
            )
    raise AssertionError("the last attempt returns")


def _request_of(line: bytes, number: int, folder: Path) -> SearchRequest | WrongLine:
    """The request that a line describes."""
    query = ""
    try:
        told: Any = json.loads(line)
        if not isinstance(told, dict):
            return WrongLine(number=number, query="", reason=f"a JSON {type(told).__name__} where an object was expected")
        query = told["query"] if isinstance(told.get("query"), str) else ""
        for name in told:
            if name not in REQUEST_FIELDS and name not in _PASSED_OVER:
                return WrongLine(
                    number=number, query=query, reason=f"{name}: unknown field; allowed: {', '.join(REQUEST_FIELDS)}"
                )
        given = {name: told[name] for name in REQUEST_FIELDS if told.get(name) is not None}
        if isinstance(given.get("image"), str):
            given["image"] = folder / given["image"]
        if isinstance(given.get("filters"), dict):
            given["filters"] = Filters.of(given["filters"])
        return SearchRequest(**given)
    except UnicodeDecodeError as error:
        return WrongLine(number=number, query=query, reason=f"no UTF-8 from byte {error.start} on")
    except json.JSONDecodeError as error:
        return WrongLine(number=number, query=query, reason=f"no JSON: {error.msg} at column {error.colno}")
    except InvalidRequest as error:
        return WrongLine(number=number, query=query, reason=str(error))
