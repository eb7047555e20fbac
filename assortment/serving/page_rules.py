"""Page rules: what a caller wants of the page besides relevance and diversity, as the JSON of ``RULES``.

    {"collapse": true, "near_duplicate": 0.95, "caps": {"brand": 2}, "pinned": ["17"], "excluded": ["4"], "shown": ["8"],
     "filters": {"brand": ["Puma"]}, "sort": "newest", "literal": true}

All fields may be left out; what they mean stands at ``assortment_client.contract.RULE_FIELDS``, their limits beside it.
``prepare`` checks what a caller sent and hands it on as canonical JSON, which the diversifier trusts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from assortment.serving import filters
from assortment.serving.filters import NO_FILTERS, Filters
from assortment.serving.rules_json import error, is_utf8, read_object, shown_name
from assortment_client import contract as public

_ID_LISTS: Final = {"pinned": public.MAX_PINNED, "excluded": public.MAX_EXCLUDED, "shown": public.MAX_SHOWN}
RELEVANCE: Final = public.SORTS[0]
_PRICE_SORTS: Final = ("price_ascending", "price_descending")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """Checked page rules."""

    collapse: bool | None = None
    """Whether one of each set of variants is shown; None: the catalogue's default."""
    near_duplicate: float | None = None
    """The cosine, above 0 to 1, from which on vectors count as duplicates; None: they never do."""
    caps: Mapping[str, int] = field(default_factory=dict, hash=False)
    """Facet to how many products of one of its values the page may hold."""
    pinned: tuple[str, ...] = ()
    """Ids that stand first, in this order."""
    excluded: tuple[str, ...] = ()
    """Ids that are not shown."""
    shown: tuple[str, ...] = ()
    """Ids that earlier pages showed, in order."""
    filters: Filters = NO_FILTERS
    """What a product has to have; pinned ones and those of earlier pages need not."""
    sort: str = RELEVANCE
    """One of SORTS."""
    ordered: bool = field(default=False, compare=False)
    """Whether the caller says the order, be it relevance: then no words do; for ``prepare`` alone."""
    literal: bool = False
    """Whether the query's words are all encoded, and none is read as a filter; for ``prepare`` alone."""
    understood: str = ""
    """What ``prepare`` read in the words, as people are told; from it to the diversifier."""
    said: tuple[str, ...] = ()
    """Words of the query that are compared as they stand; from ``prepare`` to the diversifier."""

    @property
    def about_price(self) -> bool:
        """Whether they limit the price or order by it, as the caller or the query's words said."""
        return self.filters.about_price or self.sort in _PRICE_SORTS

    def canonical(self) -> bytes:
        """The same rules as JSON that only the rules themselves determine; empty when there are none."""
        told: dict[str, object] = {}
        if self.collapse is not None:
            told["collapse"] = self.collapse
        if self.near_duplicate is not None:
            told["near_duplicate"] = self.near_duplicate
        if self.caps:
            told["caps"] = dict(self.caps)
        told.update((name, ids) for name in _ID_LISTS if (ids := getattr(self, name)))
        if self.filters:
            told["filters"] = self.filters.told()
        if self.sort != RELEVANCE:
            told["sort"] = self.sort
        if self.understood:
            told["understood"] = self.understood
        if self.said:
            told["said"] = self.said
        return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() if told else b""

    @classmethod
    def of(cls, canonical: bytes) -> PageRules:
        """The rules that ``canonical`` wrote; nothing is checked."""
        return _read(json.loads(canonical)) if canonical else NO_RULES


NO_RULES: Final = PageRules()


def parse(value: bytes | str) -> PageRules:
    """Checks page rules as a caller sent them.

    Raises:
        InputError: naming the first field that is wrong, as in ``RULES.caps.brand`` or ``RULES.pinned[3]``.
    """
    told = read_object(value)
    for name, given in told.items():
        if name not in public.RULE_FIELDS:
            raise error(f".{shown_name(name)}", given, f"it is no page rule; allowed: {', '.join(public.RULE_FIELDS)}")
    for name, check in _CHECKS.items():
        if name in told:
            check(told[name])
    for name, most in _ID_LISTS.items():
        if name in told:
            _check_ids(name, told[name], most)
    pinned = frozenset(told.get("pinned", ()))
    for place, product_id in enumerate(told.get("excluded", ())):
        if product_id in pinned:
            raise error(f".excluded[{place}]", product_id, "it is pinned too; allowed: pinned or excluded, not both")
    return _read(told)


def _check_collapse(collapse: Any) -> None:
    if not isinstance(collapse, bool):
        raise error(".collapse", collapse, "allowed: true or false")


def _check_literal(literal: Any) -> None:
    if not isinstance(literal, bool):
        raise error(".literal", literal, "allowed: true or false")


def _check_sort(sort: Any) -> None:
    if sort not in public.SORTS:
        raise error(".sort", sort, f"allowed: {', '.join(public.SORTS)}")


def _check_near_duplicate(cosine: Any) -> None:
    if isinstance(cosine, bool) or not isinstance(cosine, int | float) or not 0 < cosine <= 1:
        raise error(".near_duplicate", cosine, "allowed: a cosine, above 0 and at most 1")


def _check_caps(caps: Any) -> None:
    if not isinstance(caps, dict):
        raise error(".caps", caps, 'allowed: an object from facet to number, as in {"brand": 2}')
    if len(caps) > public.MAX_CAPS:
        raise error(".caps", f"{len(caps)} facets", f"allowed: at most {public.MAX_CAPS} facets")
    for facet, most in caps.items():
        if not 1 <= len(facet) <= public.MAX_FACET_CHARACTERS or not is_utf8(facet):
            raise error(".caps", facet, f"allowed: a facet's name of 1 to {public.MAX_FACET_CHARACTERS} characters")
        if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= public.MAX_K:
            raise error(f".caps.{shown_name(facet)}", most, f"allowed: a whole number from 1 to {public.MAX_K}")


_CHECKS: Final[Mapping[str, Callable[[Any], None]]] = {
    "collapse": _check_collapse,
    "near_duplicate": _check_near_duplicate,
    "caps": _check_caps,
    "filters": filters.check,
    "sort": _check_sort,
    "literal": _check_literal,
}


def _check_ids(name: str, ids: Any, most: int) -> None:
    allowed = f"allowed: at most {most} distinct product ids"
    if not isinstance(ids, list):
        raise error(f".{name}", ids, f"{allowed}, as a list of strings")
    if len(ids) > most:
        raise error(f".{name}", f"{len(ids)} product ids", allowed)
    first_place: dict[str, int] = {}
    for place, product_id in enumerate(ids):
        if not isinstance(product_id, str) or not 1 <= len(product_id) <= public.MAX_ID_CHARACTERS or not is_utf8(product_id):
            told = f"allowed: a product id, a string of 1 to {public.MAX_ID_CHARACTERS} characters"
            raise error(f".{name}[{place}]", product_id, told)
        if product_id in first_place:
            raise error(f".{name}[{place}]", product_id, f"{allowed}; it stands at position {first_place[product_id]} too")
        first_place[product_id] = place


def _read(told: Mapping[str, Any]) -> PageRules:
    """The rules of a JSON object that was checked."""
    cosine = told.get("near_duplicate")
    return PageRules(
        collapse=told.get("collapse"),
        near_duplicate=None if cosine is None else float(cosine),
        caps=told.get("caps", {}),
        filters=Filters.of(told["filters"]) if "filters" in told else NO_FILTERS,
        sort=told.get("sort", RELEVANCE),
        ordered="sort" in told,
        literal=told.get("literal", False),
        understood=told.get("understood", ""),
        said=tuple(told.get("said", ())),
        **{name: tuple(told.get(name, ())) for name in _ID_LISTS},
    )
