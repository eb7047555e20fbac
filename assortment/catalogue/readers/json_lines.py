"""JSON lines, compressed by gzip or not: one object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from assortment.catalogue.readers.files import lines_of
from assortment.catalogue.summary import BAD_ROW, ReadSummary
from assortment.errors import DataError

_OPENS: Final = re.compile(r'\{(\s*"[^"]*"\s*:\s*\[)?')
"""A first line that begins an object over several lines, with a list of products in it or not."""


def json_rows(path: Path, summary: ReadSummary) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of every line that parses; ``summary`` gets the others and how many were read.

    Raises:
        DataError: when the file cannot be read, or is one JSON array or object instead of lines.
    """
    for line, raw in enumerate(lines_of(path), start=1):
        if not raw.strip():
            continue
        if raw.strip() == b"[" or (line == 1 and raw.startswith((b"[{", b"[ {"))):
            raise DataError(f"{path} is one JSON array; {one_a_line(path)}")
        if not summary.read and _OPENS.fullmatch(raw.decode("utf-8", "replace").strip("\ufeff \t\r\n")):
            raise DataError(
                f"{path} is one JSON object over several lines; {one_a_line(path, ['products'])}, whatever the list is called"
            )
        summary.read += 1
        try:
            row = json.loads(without_comma(raw).decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
            summary.report(BAD_ROW, line=line, value=f"{type(error).__name__}: {raw[:60]!r}")
            continue
        if isinstance(row, dict):
            yield line, row
        else:
            summary.report(BAD_ROW, line=line, value=f"{type(row).__name__} instead of an object: {raw[:60]!r}")


def without_comma(line: bytes) -> bytes:
    """A line without the comma that stands behind it where it is cut from a list."""
    return line.strip().removesuffix(b",")


def one_a_line(path: Path, place: Sequence[str] = (), *, each: str = "[]") -> str:
    """What to do about a file that holds its products in one list: at ``place`` in an object, by default all of the file."""
    unpacking = "zcat" if path.suffix == ".gz" else "cat"
    each = "." + "".join(f"[{json.dumps(name)}]" for name in place) + each
    return f"give one product a line instead: {unpacking} {path.name} | jq -c '{each}' > products.jsonl"


def count_lines(path: Path) -> int:
    """For the progress bar."""
    return sum(1 for _ in lines_of(path))
