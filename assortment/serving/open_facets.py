"""Which facets a query leaves open, as the model and its best candidates tell: what strategies choose by, and results open."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.diversify import Facets, Intents
from assortment.diversify.facet_vectors import COMPARED
from assortment.diversify.intents import openness
from assortment.serving.catalogue_tables import ProductTable
from assortment.serving.price_levels import PRICE_BAND

_LOOKED_AT: Final = 50  # candidates; further down lies what the query hardly meant
_NOTHING_OPEN: Final = 0.2
"""Chance that a query leaves nothing open, from which on it is answered by relevance alone: a page that was right loses more by a
needless choice than an open one gains. Chosen on dev queries."""
_TITLE_OPEN: Final = 0.5
"""Weight of a title that the page does not have yet beside the values of open facets: two articles of one title look repeated,
whatever else they differ in. Chosen on dev queries, as the next."""
_TITLE_CLOSED: Final = 0.15
"""The same where nothing is open: of products that are about as relevant, a repetition comes later."""
_PRICE_OPEN: Final = 0.02
"""The price's share of the chances of open facets, where neither words nor rules are about it: no model tells it, for none learns
what is dear. Chosen on dev queries, whose judgments never count the price: a larger share costs them more."""
_UNASKED: Final = 0.05  # chance that a facet is open though the query's model does not say so
_COMPARED: Final = (*COMPARED, PRICE_BAND)
_OPEN: Final = 0.1  # probability that two candidates differ, from which on a facet counts as open


class OpenFacets:
    """The facets of one query's candidates, the most open first."""

    def __init__(
        self,
        table: ProductTable,
        rows: npt.NDArray[np.int32],
        relevance: npt.NDArray[np.float64],
        open_: npt.NDArray[np.float32],
        *,
        num_shown: int = 0,
        price_named: bool = False,
    ) -> None:
        """Of one request.

        Args:
            table: of the catalogue.
            rows: (n,) candidates: products of earlier pages, then what can be chosen, best first.
            relevance: (n,) theirs.
            open_: (F + 1,) as OPEN tells.
            num_shown: how many are of earlier pages.
            price_named: whether the request limits the price or orders by it: then it is not open.
        """
        self._table, self._rows, self._relevance = table, rows, relevance
        best = slice(num_shown, num_shown + _LOOKED_AT)
        self._top, top_relevance = rows[best], relevance[best]
        self._nothing = float(open_[-1])
        facets = table.facets.keys() - {PRICE_BAND} if price_named else table.facets
        told = dict(zip(table.named_facets, open_[:-1].tolist(), strict=False))
        self._open = _shared(told, facets, 1.0 - self._nothing)
        known = {name: openness(table.facets[name].codes[self._top], top_relevance) for name in _COMPARED if name in facets}
        asked = {name: self._open.get(name, 0.0) + _UNASKED for name in known}
        self._openness = dict(sorted(known.items(), key=lambda item: -item[1] * asked[item[0]]))

    def facets(self) -> Facets:
        """The title, where titles repeat, and each facet with the chance that the query leaves it open before all others."""
        closed = self._nothing > _NOTHING_OPEN
        titles = self._table.titles[self._top]
        by_title = (_TITLE_CLOSED if closed else _TITLE_OPEN) if len(np.unique(titles)) < len(titles) else 0.0
        open_ = {} if closed else self._open
        chances = [by_title, *((1.0 - by_title) * chance for chance in open_.values())]
        columns = [self._table.titles, *(self._table.facets[name].codes for name in open_)]
        return Facets.stack(chances, [column[self._rows] for column in columns])

    def groups(self) -> npt.NDArray[np.int32]:
        """(n,) the candidates' values of the most open facet; -1 for none."""
        if not self._openness:
            return np.full(len(self._rows), -1, dtype=np.int32)
        return self._table.facets[next(iter(self._openness))].codes[self._rows]

    def intents(self) -> Intents:
        """One intent for each value of each facet but the price, none where nothing may well be open."""
        names = [] if self._nothing > _NOTHING_OPEN else [name for name in self._openness if name != PRICE_BAND]
        codes = [self._table.facets[name].codes[self._rows].astype(np.int64) for name in names]
        chances = [self._open.get(name, 0.0) for name in names]
        return Intents.of_groups(codes, self._relevance, chances if any(chances) else None)

    def opened(self, earlier: npt.NDArray[np.int32], page: npt.NDArray[np.int32]) -> list[bytes]:
        """For each row of a page, ``facet=value`` of the most open facet in which nothing before it has the same value.

        The first product of all opens nothing: there is nothing to differ from.
        """
        told = [b""] * len(page)
        for name, openness_of in reversed(self._openness.items()):  # a more open facet overwrites
            if openness_of < _OPEN:
                continue
            facet = self._table.facets[name]
            seen = set(facet.codes[earlier].tolist())
            for place, code in enumerate(facet.codes[page].tolist()):
                if code >= 0 and code not in seen and (place or len(earlier)):
                    told[place] = f"{name}={facet.values[code]}".encode()
                seen.add(code)
        return told


def _shared(chances: Mapping[str, float], facets: Collection[str], something: float) -> dict[str, float]:
    """The chances of the facets that the catalogue has, which share what those have that it lacks: they sum to ``something``.

    Models that are borrowed may know facets that a catalogue does not have, and none knows the price, which has _PRICE_OPEN.
    """
    carried = {name: chance for name, chance in chances.items() if name in facets}
    total = sum(carried.values())
    if total <= 0.0:
        return carried
    if PRICE_BAND in facets and PRICE_BAND not in carried:
        carried[PRICE_BAND] = total * _PRICE_OPEN / (1.0 - _PRICE_OPEN)
        total += carried[PRICE_BAND]
    return {name: something * chance / total for name, chance in carried.items()}
