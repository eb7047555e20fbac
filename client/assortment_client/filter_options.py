"""``--filter`` options of a command to the filters of a search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final

from assortment_client.errors import InvalidRequest
from assortment_client.filters import Filters

HELP: Final = (
    "what a product has to have: brand=Puma, department=..., category=..., an attribute as in colour=Blue, price=20..50 (or "
    "..50, 20..), price_level=low (or high), min_rating=4, in_stock, or has not to have: brand!=Puma; repeat it: values of one "
    "name are alternatives, all names hold"
)
_VALUES: Final = ("department", "category", "brand")


def filters_of(options: Sequence[str]) -> Filters:
    """The filters that the options name, each ``name=value``, ``name!=value`` or ``in_stock``.

    Raises:
        InvalidRequest: for an option that is none of these, or a value that is not allowed.
    """
    fields: dict[str, Any] = {}
    attributes: dict[str, list[str]] = defaultdict(list)
    without: dict[str, list[str]] = defaultdict(list)
    for option in options:
        name, equals, value = option.partition("=")
        if option == "in_stock":
            fields["in_stock"] = True
        elif not name or not equals or name == "in_stock":
            raise InvalidRequest.of("--filter", option, "allowed: NAME=VALUE, as in brand=Puma, or in_stock")
        elif name.endswith("!") and name != "!":
            without[name[:-1]].append(value)
        elif name in _ONCE:
            if name in fields:
                raise InvalidRequest.of("--filter", option, f"{name} stands twice; allowed: once")
            fields[name] = _ONCE[name](option, value)
        else:
            (fields.setdefault(name, []) if name in _VALUES else attributes[name]).append(value)
    return Filters(**fields, attributes=attributes, without=without)


def _price(option: str, value: str) -> tuple[float | None, float | None]:
    low, dots, high = value.partition("..")
    if not dots or not (low or high):
        raise InvalidRequest.of("--filter", option, "allowed: price=FROM..TO, one of them may be left out, as in price=..50")
    return _number(option, low) if low else None, _number(option, high) if high else None


def _number(option: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InvalidRequest.of("--filter", option, f"{value!r} is no number; allowed: a number, as in 49.99") from None


_ONCE: Final[dict[str, Callable[[str, str], Any]]] = {
    "price": _price,
    "price_level": lambda option, value: value,
    "min_rating": _number,
}
"""Fields of one value: its reader."""
