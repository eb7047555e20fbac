"""The facets of a catalogue version as columns of codes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assortment import artefacts
from assortment.errors import StepError


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One facet of every product."""

    values: tuple[str, ...]
    codes: npt.NDArray[np.int32]
    """(N,) index into ``values``, -1 for none."""


def read_facets(folder: Path) -> dict[str, Facet]:
    """All facets of the version in ``folder``, by name."""
    values: dict[str, list[str]] = json.loads((folder / artefacts.FACET_VALUES).read_text(encoding="utf-8"))
    codes = mapped(folder / artefacts.FACET_CODES)
    return {
        name: Facet(values=tuple(of_facet), codes=np.ascontiguousarray(codes[:, column]))
        for column, (name, of_facet) in enumerate(values.items())
    }


def mapped(path: Path) -> npt.NDArray[Any]:
    """A table in the page cache, shared by all instances; a plain array, because ``np.memmap`` slows every access down.

    Raises:
        StepError: when it is missing, as in an index that an earlier release made.
    """
    if not path.is_file():
        raise StepError(f"{path} is missing; make it anew: run `assortment index`, then `assortment assemble`")
    table: npt.NDArray[Any] = np.load(path, mmap_mode="r").view(np.ndarray)
    return table
