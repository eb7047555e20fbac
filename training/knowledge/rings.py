"""The hand-written word lists of ``domain/``: a few facts a line, read as they stand.

    [type]
    suspenders : braces, galluses

A line gives names that catalogues use, a colon, and what shoppers say. ``[head]`` turns round: words with many meanings
first, then the types that they may mean. ``[occasion]`` gives occasions, then types that people want for them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assortment.errors import DataError

DOMAIN_FOLDER: Final = Path(__file__).with_name("domain")
HEAD: Final = "head"
OCCASION: Final = "occasion"


@dataclass(frozen=True, slots=True)
class Ring:
    """One line of a list."""

    section: str
    """A facet, or HEAD, or OCCASION."""
    left: tuple[str, ...]
    """Before the colon, lower case."""
    right: tuple[str, ...]
    """Behind the colon, lower case."""


@functools.cache
def domain_rings(folder: Path = DOMAIN_FOLDER) -> tuple[Ring, ...]:
    """Every line of every list of a folder.

    Raises:
        DataError: for a line that is no ring, with file and number.
    """
    return tuple(ring for file in sorted(folder.glob("*.txt")) for ring in _read(file))


def _read(file: Path) -> Iterator[Ring]:
    section = ""
    for number, raw in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.partition("#")[0].strip()
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif line:
            left, colon, right = line.partition(":")
            ring = Ring(section, _words(left), _words(right))
            if not (colon and section and ring.left and ring.right):
                raise DataError(f"{file}, line {number}: {line!r} is not 'name, name : word, word' below a [section]")
            yield ring


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip().lower() for word in text.split(",") if word.strip()))
