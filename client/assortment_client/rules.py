"""Page rules of a search: what is allowed, and the JSON that they travel as.

They are plain fields of ``SearchRequest``, named as in ``contract.RULE_FIELDS``.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from assortment_client import contract
from assortment_client.errors import InvalidRequest
from assortment_client.filters import Filters
from assortment_client.text import is_utf8

if TYPE_CHECKING:
    from assortment_client.request import SearchRequest

ID_LISTS: Final = {"pinned": contract.MAX_PINNED, "excluded": contract.MAX_EXCLUDED, "shown": contract.MAX_SHOWN}
RELEVANCE: Final = contract.SORTS[0]


def check(request: SearchRequest) -> None:
    """Checks the page rules of a request.

    Raises:
        InvalidRequest: naming the first field that is wrong, its value and what is allowed.
    """
    if request.collapse is not None and not isinstance(request.collapse, bool):
        raise InvalidRequest.of("collapse", request.collapse, "allowed: True, False, or None for the catalogue's default")
    if request.near_duplicate is not None:
        _check_near_duplicate(request.near_duplicate)
    if request.caps is not None:
        _check_caps(request.caps)
    if request.filters is not None and not isinstance(request.filters, Filters):
        raise InvalidRequest.of("filters", request.filters, 'allowed: Filters, as in Filters(brand=["Puma"])')
    if not isinstance(request.literal, bool):
        raise InvalidRequest.of("literal", request.literal, "allowed: True or False")
    _check_sort(request)
    for name, most in ID_LISTS.items():
        allowed = f"allowed: at most {most} distinct product ids"
        check_ids(name, getattr(request, name), allowed, fewest=0, most=most, longest=contract.MAX_ID_CHARACTERS)
    pinned = set(request.pinned)
    for place, product_id in enumerate(request.excluded):
        if product_id in pinned:
            raise InvalidRequest.of(f"excluded[{place}]", product_id, "it is pinned too; allowed: pinned or excluded, not both")
    num_bytes = len(encode(request))
    if num_bytes > contract.MAX_RULES_BYTES:
        allowed = f"allowed: all page rules together at most {contract.MAX_RULES_BYTES} bytes of JSON"
        raise InvalidRequest.of("rules", f"{num_bytes} bytes", allowed)


def encode(request: SearchRequest) -> bytes:
    """The JSON of those rules that are set; empty when none is."""
    told: dict[str, object] = {}
    if request.collapse is not None:
        told["collapse"] = request.collapse
    if request.near_duplicate is not None:
        told["near_duplicate"] = float(request.near_duplicate)
    if request.caps:
        told["caps"] = {facet: operator.index(most) for facet, most in request.caps.items()}
    told.update((name, list(ids)) for name in ID_LISTS if (ids := getattr(request, name)))
    if request.filters is not None and (filters := request.filters.told()):
        told["filters"] = filters
    if request.sort is not None:
        told["sort"] = request.sort
    if request.literal:
        told["literal"] = True
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() if told else b""


def check_ids(field: str, ids: Any, allowed: str, *, fewest: int, most: int, longest: int | None = None) -> None:
    """Checks a list of distinct product ids.

    Args:
        field: what the caller calls it.
        ids: what the caller gave.
        allowed: how many ids are, for the message.
        fewest: how many there have to be at least.
        most: and at most.
        longest: characters of an id.

    Raises:
        InvalidRequest: naming the first id that is wrong by its place.
    """
    if isinstance(ids, str | bytes) or not isinstance(ids, Sequence):
        raise InvalidRequest.of(field, ids, f"{allowed}, as a sequence of str")
    if not fewest <= len(ids) <= most:
        raise InvalidRequest.of(field, f"{len(ids)} product ids", allowed)
    first_place: dict[str, int] = {}
    for place, product_id in enumerate(ids):
        if not isinstance(product_id, str) or not product_id or not is_utf8(product_id):
            raise InvalidRequest.of(f"{field}[{place}]", product_id, "allowed: a product id, a str that is not empty")
        if longest is not None and len(product_id) > longest:
            raise InvalidRequest.of(f"{field}[{place}]", product_id, f"allowed: a product id of at most {longest} characters")
        if product_id in first_place:
            earlier = first_place[product_id]
            raise InvalidRequest.of(f"{field}[{place}]", product_id, f"{allowed}; it stands at position {earlier} too")
        first_place[product_id] = place


# What callers pass is not trusted to have the annotated type, hence Any.


def _check_sort(request: SearchRequest) -> None:
    """A sorted page is not diversified."""
    if request.sort is None:
        return
    if request.sort not in contract.SORTS:
        raise InvalidRequest.of("sort", request.sort, f"allowed: {', '.join(contract.SORTS)}")
    for name in ("diversity", "max_relevance_loss", "strategy"):
        if request.sort != RELEVANCE and getattr(request, name) is not None:
            allowed = f"{name} is given too, and a sorted page is not diversified; allowed: one of the two"
            raise InvalidRequest.of("sort", request.sort, allowed)


def _check_near_duplicate(cosine: Any) -> None:
    try:
        within = not isinstance(cosine, bool | str) and 0.0 < float(cosine) <= 1.0
    except (TypeError, ValueError, OverflowError):
        within = False
    if not within:
        raise InvalidRequest.of("near_duplicate", cosine, "allowed: a cosine, above 0 and at most 1")


def _check_caps(caps: Any) -> None:
    if not isinstance(caps, Mapping):
        raise InvalidRequest.of("caps", caps, 'allowed: a mapping from facet to number, as in {"brand": 2}')
    if len(caps) > contract.MAX_CAPS:
        raise InvalidRequest.of("caps", f"{len(caps)} facets", f"allowed: at most {contract.MAX_CAPS} facets")
    for facet, most in caps.items():
        if not isinstance(facet, str) or not 1 <= len(facet) <= contract.MAX_FACET_CHARACTERS or not is_utf8(facet):
            raise InvalidRequest.of("caps", facet, f"allowed: a facet's name of 1 to {contract.MAX_FACET_CHARACTERS} characters")
        try:
            within = not isinstance(most, bool) and 1 <= operator.index(most) <= contract.MAX_K
        except TypeError:
            within = False
        if not within:
            raise InvalidRequest.of(f"caps.{repr(facet)[1:-1]}", most, f"allowed: a whole number from 1 to {contract.MAX_K}")
