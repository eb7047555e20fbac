"""Page rules: what a caller wants of the page besides relevance and diversity, as the JSON of ``RULES``.

    {"collapse": true, "near_duplicate": 0.95, "caps": {"brand": 2}, "pinned": ["17"], "excluded": ["4"], "shown": ["8"]}

All fields may be left out; what they mean stands at ``assortment_client.contract.RULE_FIELDS``, their limits beside it.
``prepare`` checks what a caller sent and hands it on as canonical JSON, which the diversifier trusts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from assortment.errors import InputError
from assortment.serving import checks
from assortment_client import contract as public

_ID_LISTS: Final = {"pinned": public.MAX_PINNED, "excluded": public.MAX_EXCLUDED, "shown": public.MAX_SHOWN}


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
    told = _object(value)
    for name, given in told.items():
        if name not in public.RULE_FIELDS:
            raise _error(f".{_name(name)}", given, f"it is no page rule; allowed: {', '.join(public.RULE_FIELDS)}")
    if "collapse" in told and not isinstance(told["collapse"], bool):
        raise _error(".collapse", told["collapse"], "allowed: true or false")
    if "near_duplicate" in told:
        _check_near_duplicate(told["near_duplicate"])
    if "caps" in told:
        _check_caps(told["caps"])
    for name, most in _ID_LISTS.items():
        if name in told:
            _check_ids(name, told[name], most)
    pinned = frozenset(told.get("pinned", ()))
    for place, product_id in enumerate(told.get("excluded", ())):
        if product_id in pinned:
            raise _error(f".excluded[{place}]", product_id, "it is pinned too; allowed: pinned or excluded, not both")
    return _read(told)


def _object(value: bytes | str) -> dict[str, Any]:
    """The JSON object that ``value`` is, its values still to be checked."""
    raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    if len(raw) > public.MAX_RULES_BYTES:
        raise _error("", f"{len(raw)} bytes", f"allowed: at most {public.MAX_RULES_BYTES} bytes")
    text = checks.unicode(raw, field=public.RULES)
    try:
        told = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_number)
    except InputError:
        raise
    except json.JSONDecodeError as error:
        raise _error("", text, f"it is no JSON: {error.msg} at character {error.pos}; allowed: a JSON object") from None
    except (ValueError, RecursionError):  # a whole number of thousands of digits; thousands of brackets
        raise _error(
            "", text, "its numbers are too long or its brackets too deep; allowed: a JSON object of page rules"
        ) from None
    if not isinstance(told, dict):
        raise _error("", told, "allowed: a JSON object of page rules")
    return told


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, given in pairs:
        if name in told:
            raise _error("", name, "it stands twice; allowed: every name of an object once")
        told[name] = given
    return told


def _no_number(constant: str) -> NoReturn:
    raise _error("", constant, "it is no JSON; allowed: finite numbers")


def _check_near_duplicate(cosine: Any) -> None:
    if isinstance(cosine, bool) or not isinstance(cosine, int | float) or not 0 < cosine <= 1:
        raise _error(".near_duplicate", cosine, "allowed: a cosine, above 0 and at most 1")


def _check_caps(caps: Any) -> None:
    if not isinstance(caps, dict):
        raise _error(".caps", caps, 'allowed: an object from facet to number, as in {"brand": 2}')
    if len(caps) > public.MAX_CAPS:
        raise _error(".caps", f"{len(caps)} facets", f"allowed: at most {public.MAX_CAPS} facets")
    for facet, most in caps.items():
        if not 1 <= len(facet) <= public.MAX_FACET_CHARACTERS or not _is_utf8(facet):
            raise _error(".caps", facet, f"allowed: a facet's name of 1 to {public.MAX_FACET_CHARACTERS} characters")
        if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= public.MAX_K:
            raise _error(f".caps.{_name(facet)}", most, f"allowed: a whole number from 1 to {public.MAX_K}")


def _check_ids(name: str, ids: Any, most: int) -> None:
    allowed = f"allowed: at most {most} distinct product ids"
    if not isinstance(ids, list):
        raise _error(f".{name}", ids, f"{allowed}, as a list of strings")
    if len(ids) > most:
        raise _error(f".{name}", f"{len(ids)} product ids", allowed)
    first_place: dict[str, int] = {}
    for place, product_id in enumerate(ids):
        if not isinstance(product_id, str) or not 1 <= len(product_id) <= public.MAX_ID_CHARACTERS or not _is_utf8(product_id):
            told = f"allowed: a product id, a string of 1 to {public.MAX_ID_CHARACTERS} characters"
            raise _error(f".{name}[{place}]", product_id, told)
        if product_id in first_place:
            raise _error(f".{name}[{place}]", product_id, f"{allowed}; it stands at position {first_place[product_id]} too")
        first_place[product_id] = place


def _read(told: Mapping[str, Any]) -> PageRules:
    """The rules of a JSON object that was checked."""
    cosine = told.get("near_duplicate")
    return PageRules(
        collapse=told.get("collapse"),
        near_duplicate=None if cosine is None else float(cosine),
        caps=told.get("caps", {}),
        **{name: tuple(told.get(name, ())) for name in _ID_LISTS},
    )


def _error(place: str, value: object, allowed: str) -> InputError:
    """The error of a place in RULES; lists and objects, which may be large and deep, are not shown."""
    shown = "a JSON object" if isinstance(value, dict) else "a JSON list" if isinstance(value, list) else value
    return InputError(f"{public.RULES}{place}", shown, allowed)


def _name(name: str) -> str:
    """A name of the caller's inside a field's name: on one line and not long."""
    return repr(name[: public.MAX_FACET_CHARACTERS])[1:-1]


def _is_utf8(text: str) -> bool:
    """False for half a surrogate pair, which JSON can write as an escape."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
