"""Reads what ``assortment rank`` writes: one JSON object a line with ``query`` and the ranked ``ids``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assortment.errors import DataError
from assortment.judgments import JudgedQuery
from assortment.text import normalise


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedResult:
    """One ranked list."""

    query: str
    """The query's text; empty for a query by picture alone."""
    id: str
    """The query's id, empty when the line has none."""
    ids: tuple[str, ...] | None
    """Product ids, best first, each once; None when the server could not answer."""
    line: int
    """Where it stands in its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedResults:
    """Ranked lists brought together with the queries that they answer."""

    rankings: dict[str, Sequence[str]]
    """Id of a judged query to its ranked product ids; judged queries without a result are missing."""
    unjudged: tuple[str, ...]
    """Queries of results that no judgment knows."""
    failed: int
    """Lines that hold an error of the server instead of a list."""
    repeated: int
    """Lines that say again what an earlier line said."""


def read_results(path: Path) -> list[RankedResult]:
    """Reads a JSONL file of ranked results.

    Raises:
        DataError: naming file, line and field of what cannot be used.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    results = [_result(f"{path}, line {number}", number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not results:
        raise DataError(f"{path} holds no results; it should have one JSON object a line, as `assortment rank` writes them")
    return results


def match(results: Iterable[RankedResult], judged: Iterable[JudgedQuery]) -> MatchedResults:
    """Finds the judged query of each result: by id where the result has a known one, else by text (white space does not count).

    Raises:
        DataError: when two results of one query differ.
    """
    queries = list(judged)
    known = {normalise(query.text): query.id for query in queries} | {query.id: query.id for query in queries}
    rankings: dict[str, Sequence[str]] = {}
    unjudged: list[str] = []
    failed = repeated = 0
    for result in results:
        query = known.get(result.id) or known.get(normalise(result.query))
        if result.ids is None:
            failed += 1
        elif query is None:
            unjudged.append(result.id or result.query)
        elif query not in rankings:
            rankings[query] = result.ids
        elif tuple(rankings[query]) == result.ids:
            repeated += 1
        else:
            name = result.query or result.id
            raise DataError(f"line {result.line} of the results, field ids: query {name!r} has another result already")
    return MatchedResults(rankings=rankings, unjudged=tuple(unjudged), failed=failed, repeated=repeated)


def _result(where: str, number: int, line: bytes) -> RankedResult:
    record = _record(where, line)
    query, query_id, ids = record.get("query", ""), record.get("id", ""), record.get("ids")
    for name, value in (("query", query), ("id", query_id)):
        if not isinstance(value, str):
            raise DataError(f"{where}, field {name}: a string is expected, got {value!r}")
    if "query" not in record and not query_id:
        raise DataError(f"{where}, field query: is missing, and there is no id either")
    if ids is None and isinstance(record.get("error"), str):
        return RankedResult(query=query, id=query_id, ids=None, line=number)
    if not isinstance(ids, list):
        raise DataError(f"{where}, field ids: a list of product ids is expected, got {ids!r}")
    for place, product in enumerate(ids, start=1):
        if not isinstance(product, str) or not product:
            raise DataError(f"{where}, field ids: number {place} is no product id: {product!r}")
    if len(set(ids)) < len(ids):
        twice = next(product for product in ids if ids.count(product) > 1)
        raise DataError(f"{where}, field ids: product {twice!r} stands in the list twice")
    return RankedResult(query=query, id=query_id, ids=tuple(ids), line=number)


def _record(where: str, line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except UnicodeDecodeError as error:
        raise DataError(f"{where}: not UTF-8 ({error.reason})") from None
    except json.JSONDecodeError as error:
        raise DataError(f"{where}: not JSON ({error.msg} at character {error.pos + 1})") from None
    if not isinstance(record, dict):
        raise DataError(f"{where}: a JSON object is expected, got {type(record).__name__}")
    return record
