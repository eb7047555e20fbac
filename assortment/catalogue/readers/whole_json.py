"""A file that is one JSON value, and no JSON lines: a list of objects, or an object that has one, alone or beside other fields.

It is read as a whole, so that many times its size is needed in memory; JSON lines take one line.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assortment.catalogue.readers.files import lines_of
from assortment.catalogue.readers.json_lines import one_a_line, without_comma
from assortment.catalogue.summary import BAD_ROW, ReadSummary
from assortment.errors import DataError

_MOST_NAMED: Final = 10
_Leaf = tuple[tuple[str, ...], Any]


@dataclass(frozen=True, slots=True)
class WholeJson:
    """What was found."""

    values: Sequence[Any]
    """The rows; of a list all that it holds."""
    note: str
    """Where they stand, and what was passed over; empty for a list, which is all that the file has."""

    def rows(self, summary: ReadSummary) -> Iterator[tuple[int, dict[str, Any]]]:
        """Number, from 1, and object of every row that is one; ``summary`` gets the others, the note and how many were read."""
        if self.note:
            summary.notes.append(self.note)
        for number, value in enumerate(self.values, start=1):
            summary.read += 1
            if isinstance(value, dict):
                yield number, value
            else:
                summary.report(BAD_ROW, line=number, value=f"{type(value).__name__} instead of an object: {str(value)[:60]}")


def whole_json(path: Path, *, needed: Collection[str]) -> WholeJson | None:
    """The rows of a file that is one JSON value; None when it is JSON lines, or empty.

    Args:
        path: the file, compressed by gzip or not.
        needed: fields that every row has, in any case: an object that has them all is one row itself, whatever lists it holds.

    Raises:
        DataError: when the file cannot be read, does not parse, or is an object with several lists of objects.
    """
    value = _value(path)
    if isinstance(value, list):
        return WholeJson(value, "")
    if not isinstance(value, dict):
        return None
    leaves = list(_leaves(value))
    names = {".".join(place).casefold() for place, _ in leaves}
    lists = {place: inner for place, inner in leaves if _is_list_of_objects(inner)}
    if not lists or names.issuperset(map(str.casefold, needed)):
        return WholeJson([value], "")
    (place, rows), *others = lists.items()
    if others:
        told = ", ".join(f"{'.'.join(place)} ({len(inner):,})" for place, inner in lists.items())
        longest = max(lists, key=lambda place: len(lists[place]))
        raise DataError(f"{path} is one object with several lists of objects: {told}; {one_a_line(path, longest)}")
    rest = [".".join(other) for other, _ in leaves if other != place]
    more = f" and {len(rest) - _MOST_NAMED} more" if len(rest) > _MOST_NAMED else ""
    passed_over = f"; passed over: {', '.join(rest[:_MOST_NAMED])}{more}" if rest else ""
    return WholeJson(rows, f"read from the list {'.'.join(place)}{passed_over}")


def _value(path: Path) -> Any:
    """The value that a file is; None when it has several, one a line, or none."""
    filled = (line for line in lines_of(path) if line.strip(b"\xef\xbb\xbf \t\r\n"))
    first, second = (*itertools.islice(filled, 2), b"", b"")[:2]
    written = without_comma(first).decode("utf-8-sig", "surrogateescape")
    try:
        json.loads(written)
    except json.JSONDecodeError as error:
        if not written.startswith(("{", "[")) or error.pos < len(written) - 1:
            return None  # a value that goes on in the next line is wrong at the end of this one
    except (ValueError, RecursionError):
        return None
    else:
        if second:
            return None
    try:
        return json.loads(b"".join(lines_of(path)).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        if not second or _is_object(second):
            return None
        raise DataError(
            f"{path} has JSON values over several lines, and is not one that can be read ({error}); correct it, or "
            f"{one_a_line(path, each='')}"
        ) from None


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _leaves(value: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[_Leaf]:
    """What an object holds, objects inside of it taken apart."""
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _leaves(inner, (*place, name))
        else:
            yield (*place, name), inner


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)
