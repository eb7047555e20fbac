"""Which of the thousands of attributes of an Icecat catalogue are facets, and how their names and values are spelled.

A facet is stated in words, by at least one product in a hundred, four of five times with a value that several products share
(so no compatibility lists, no serial numbers), and is not about packing, papers or surroundings. Numbers are no facets,
because nothing tells their unit, and neither are yes and no: "15.24 cable" and "yes keyboard" are no wishes. The forty most
common are taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Mapping
from functools import cache
from typing import Any, Final

from assortment.catalogue.fields import RESERVED, attribute_name, tidy

NUM_FACETS: Final = 40
COLOURS: Final = ("product_colour", "cable_colour", "printing_colours")
"""Whichever comes first is the product's colour."""
_PREFIX: Final = "attr_t_"
_MIN_SHARE: Final = 0.01
_MIN_SHARED: Final = 0.8
_MAX_CHARACTERS: Final = 40
_UNTOLD: Final = frozenset({"", "y", "n", "yes", "no", "none", "not available", "unspecified", "not supported"})
_UNASKED: Final = re.compile(
    r"package|packing|pallet|carton|master|quantity|weight|width|height|depth|dimensions|temperature|humidity|altitude|country|"
    r"harmonized|certificat|code|status|last_change|launch|ark_id|tcase|stepping|lithography|transistors|die_size|product_type"
)


class FacetChooser:
    """Counts attributes row by row, then chooses."""

    def __init__(self) -> None:
        self._num_rows = 0
        self._spellings: dict[str, Counter[str]] = {}

    def add(self, row: Mapping[str, Any]) -> None:
        """Counts the attributes of one product."""
        self._num_rows += 1
        for name, value in _stated(row).items():
            self._spellings.setdefault(name, Counter())[value] += 1

    def choose(self) -> Facets:
        """The facets, the most common first."""
        chosen = [(counts.total(), name) for name, counts in self._spellings.items() if self._is_facet(name, counts)]
        names = [name for _, name in sorted(chosen, key=lambda item: (-item[0], item[1]))[:NUM_FACETS]]
        spellings = {name: _common_spellings(self._spellings.get(name, Counter())) for name in (*names, *COLOURS)}
        return Facets(names, spellings)

    @property
    def num_attributes(self) -> int:
        """How many attributes that are stated in words there are to choose from."""
        return len(self._spellings)

    def _is_facet(self, name: str, counts: Counter[str]) -> bool:
        if _UNASKED.search(name) or name in RESERVED or name in COLOURS[:2] or counts.total() < _MIN_SHARE * self._num_rows:
            return False
        shared: Counter[str] = Counter()
        for value, count in counts.items():
            shared[value.casefold()] += count
        several = max(3, counts.total() / 200)
        repeated = sum(count for value, count in shared.items() if count >= several and len(value) <= _MAX_CHARACTERS)
        return len(shared) > 1 and repeated >= _MIN_SHARED * counts.total()


class Facets:
    """The chosen ones, and the spelling of their values: "matte" and "Matte" are one, written as most products write it."""

    def __init__(self, names: list[str], spellings: Mapping[str, Mapping[str, str]]) -> None:
        self.names = names
        self._spellings = spellings
        self._looked_at = frozenset((*names, *COLOURS))

    def of(self, row: Mapping[str, Any]) -> dict[str, str]:
        """A product's facets, its colour first. Values of more than 40 characters are left out."""
        stated = _stated(row, self._looked_at)
        known = {
            name: self._spellings[name].get(value.casefold(), value)
            for name, value in stated.items()
            if len(value) <= _MAX_CHARACTERS
        }
        colour = next((known[name] for name in COLOURS if name in known), "")
        return {**({"colour": colour} if colour else {}), **{name: known[name] for name in self.names if name in known}}


def _stated(row: Mapping[str, Any], names: Container[str] | None = None) -> dict[str, str]:
    """Name to value of what a row states in words, of all attributes or of those among ``names``."""
    stated: dict[str, str] = {}
    for key, value in row.items():
        if key.startswith(_PREFIX) and isinstance(value, str) and (names is None or _name(key) in names):
            written = tidy(value)
            if written.casefold() not in _UNTOLD and any(c.isalpha() for c in written):
                stated[_name(key)] = written
    return stated


@cache
def _name(key: str) -> str:
    return re.sub("_+", "_", attribute_name(key[len(_PREFIX) :])).strip("_")


def _common_spellings(counts: Counter[str]) -> dict[str, str]:
    spelling: dict[str, str] = {}
    for value, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        spelling.setdefault(value.casefold(), value)
    return spelling
