"""``RULES`` as JSON: reading what a caller sent, and telling what is wrong by its place in it."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

from assortment.errors import InputError
from assortment.serving import checks
from assortment_client import contract as public

_LONGEST_NAME: Final = public.MAX_FACET_CHARACTERS


def read_object(value: bytes | str) -> dict[str, Any]:
    """The JSON object that ``value`` is, its values still to be checked.

    Raises:
        InputError: when it is too long, no UTF-8, no JSON or no object, or a name stands twice in an object.
    """
    raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    if len(raw) > public.MAX_RULES_BYTES:
        raise error("", f"{len(raw)} bytes", f"allowed: at most {public.MAX_RULES_BYTES} bytes")
    text = checks.unicode(raw, field=public.RULES)
    try:
        told = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_number)
    except InputError:
        raise
    except json.JSONDecodeError as wrong:
        raise error("", text, f"it is no JSON: {wrong.msg} at character {wrong.pos}; allowed: a JSON object") from None
    except (ValueError, RecursionError):  # a whole number of thousands of digits; thousands of brackets
        allowed = "its numbers are too long or its brackets too deep; allowed: a JSON object of page rules"
        raise error("", text, allowed) from None
    if not isinstance(told, dict):
        raise error("", told, "allowed: a JSON object of page rules")
    return told


def error(place: str, value: object, allowed: str) -> InputError:
    """The error of a place in RULES, as in ``.caps.brand``; lists and objects, which may be large and deep, are not shown."""
    shown = "a JSON object" if isinstance(value, dict) else "a JSON list" if isinstance(value, list) else value
    return InputError(f"{public.RULES}{place}", shown, allowed)


def shown_name(name: str) -> str:
    """A name of the caller's inside a field's name: on one line and not long."""
    return repr(name[:_LONGEST_NAME])[1:-1]


def is_utf8(text: str) -> bool:
    """False for half a surrogate pair, which JSON can write as an escape."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, given in pairs:
        if name in told:
            raise error("", name, "it stands twice; allowed: every name of an object once")
        told[name] = given
    return told


def _no_number(constant: str) -> NoReturn:
    raise error("", constant, "it is no JSON; allowed: finite numbers")
