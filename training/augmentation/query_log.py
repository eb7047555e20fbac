"""A shop's own queries to learn to write from: a CSV file with the header ``query,id``, the id of a product that was wanted."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from assortment.errors import DataError
from assortment.protocol.lexicon import is_held_out
from assortment.text import normalise

HEADER: Final = ("query", "id")


def read(file: Path, rows: Mapping[str, int]) -> tuple[list[tuple[int, str]], Counter[str]]:
    """Catalogue row and query of each usable line, and how many lines were left out, by reason.

    ``rows`` are those of the products that training may show, by id.

    Raises:
        DataError: when the file cannot be read, has another header, a line without a query or an id, or nothing to use.
    """
    found: list[tuple[int, str]] = []
    left_out: Counter[str] = Counter()
    for line, values in _lines(file):
        query, product = _line(file, line, values)
        if product not in rows:
            left_out["an id that no product of the training split has"] += 1
        elif is_held_out(query):
            left_out["words that dev or test keep"] += 1
        else:
            found.append((rows[product], query))
    if not found:
        told = ", ".join(f"{number} with {reason}" for reason, number in left_out.items()) or "it has no lines"
        raise DataError(f"{file}: nothing to learn from: {told}")
    return found, left_out


def _lines(file: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines under the header with their numbers, without empty ones."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text, strict=True)
            try:
                header = tuple(name.strip() for name in next(reader, []))
                if header != HEADER:
                    raise DataError(f"{file}, line 1: the header is {','.join(header) or 'missing'}; wanted: {','.join(HEADER)}")
                yield from ((reader.line_num, values) for values in reader if values)
            except csv.Error as error:
                raise DataError(f"{file}, line {reader.line_num}: {error}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{file} is not UTF-8: {error.reason} at byte {error.start}") from None
    except OSError as error:
        raise DataError(f"{file} cannot be read ({error.strerror}); give a CSV file with the header {','.join(HEADER)}") from None


def _line(file: Path, line: int, values: list[str]) -> tuple[str, str]:
    if len(values) != len(HEADER):
        raise DataError(f"{file}, line {line}: {len(values)} columns; wanted: {','.join(HEADER)}")
    for column, value in zip(HEADER, values, strict=True):
        if not value.strip():
            raise DataError(f"{file}, line {line}, column {column}: it is empty")
    return normalise(values[0]).lower(), values[1].strip()
