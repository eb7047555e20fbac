"""Filters of a search: what a product has to have to be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from assortment_client import contract
from assortment_client.errors import InvalidRequest
from assortment_client.text import is_utf8

_VALUE_FIELDS: Final = ("department", "category", "brand")
_OBJECTS: Final = {"attributes": '{"colour": ["Blue"]}', "without": '{"brand": ["Puma"]}'}
_PRICE: Final = f"allowed: (from, to), each None or a number from 0 to {contract.MAX_PRICE:g}, the first not above the second"
_VALUE: Final = f"allowed: a str of 1 to {contract.MAX_FILTER_VALUE_CHARACTERS} characters, not all of them spaces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What every product of a page has to have: all fields hold, and of one field's values any.

    Values are compared without regard to case and spacing. A product whose price or rating the catalogue does not know passes
    no filter on it; one whose stock it does not know counts as in stock.
    """

    price: tuple[float | None, float | None] = (None, None)
    """From and to, both inside, in the catalogue's currency; None leaves an end open."""
    price_level: str | None = None
    """"low" or "high": the cheaper or the dearer half of the products of a type; one that is alone is in both."""
    department: Sequence[str] = ()
    """One value or several, here and in the next two. Kept as a tuple."""
    category: Sequence[str] = ()
    """At any level of the category path."""
    brand: Sequence[str] = ()
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict, hash=False)
    """Attribute to one value or several, as in {"colour": ["Blue", "Navy"]}. Kept as a read-only copy."""
    in_stock: bool = False
    """Whether products that are sold out are left out."""
    min_rating: float | None = None
    """The least mean rating, 0 to 5."""
    without: Mapping[str, Sequence[str]] = field(default_factory=dict, hash=False)
    """The opposite: "department", "category", "brand" or an attribute to values that a product has none of, as in {"brand":
    ["Puma"]}. A product of which no value is known passes. Kept as a read-only copy."""

    def __post_init__(self) -> None:
        """Checks every field.

        Raises:
            InvalidRequest: naming the first field that is wrong, as in ``filters.price``, its value and what is allowed.
        """
        for name in _VALUE_FIELDS:
            object.__setattr__(self, name, _values(f"filters.{name}", getattr(self, name)))
        object.__setattr__(self, "price", _price(self.price))
        if self.price_level is not None and self.price_level not in contract.PRICE_LEVELS:
            raise InvalidRequest.of("filters.price_level", self.price_level, f"allowed: {', '.join(contract.PRICE_LEVELS)}")
        for name, example in _OBJECTS.items():
            object.__setattr__(self, name, MappingProxyType(_by_attribute(f"filters.{name}", getattr(self, name), example)))
        if not isinstance(self.in_stock, bool):
            raise InvalidRequest.of("filters.in_stock", self.in_stock, "allowed: True or False")
        if self.min_rating is not None:
            allowed = f"allowed: a number from 0 to {contract.MAX_RATING:g}"
            object.__setattr__(self, "min_rating", _number("filters.min_rating", self.min_rating, contract.MAX_RATING, allowed))

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Filters:
        """From a mapping of fields, as JSON writes them.

        Raises:
            InvalidRequest: when a name is no field, or a value is wrong.
        """
        for name, value in told.items():
            if name not in contract.FILTER_FIELDS:
                raise InvalidRequest.of(
                    f"filters.{name}", value, f"it is no filter; allowed: {', '.join(contract.FILTER_FIELDS)}"
                )
        return cls(**told)

    def told(self) -> dict[str, object]:
        """The fields that filter, for JSON; empty when none does."""
        told: dict[str, object] = {name: list(values) for name in _VALUE_FIELDS if (values := getattr(self, name))}
        if self.price != (None, None):
            told["price"] = list(self.price)
        if self.price_level is not None:
            told["price_level"] = self.price_level
        for of in _OBJECTS:
            if by_attribute := getattr(self, of):
                told[of] = {name: list(values) for name, values in by_attribute.items()}
        if self.in_stock:
            told["in_stock"] = True
        if self.min_rating is not None:
            told["min_rating"] = self.min_rating
        return told


# What callers pass is not trusted to have the annotated type, hence Any.


def _values(name: str, values: Any) -> tuple[str, ...]:
    allowed = f"allowed: at most {contract.MAX_FILTER_VALUES} values"
    if isinstance(values, str):
        values = (values,)
    if isinstance(values, bytes) or not isinstance(values, Sequence):
        raise InvalidRequest.of(name, values, f"{allowed}, a str or a sequence of str")
    if len(values) > contract.MAX_FILTER_VALUES:
        raise InvalidRequest.of(name, f"{len(values)} values", allowed)
    for place, value in enumerate(values):
        if not isinstance(value, str) or not value.strip() or not is_utf8(value):
            raise InvalidRequest.of(f"{name}[{place}]", value, _VALUE)
        if len(value) > contract.MAX_FILTER_VALUE_CHARACTERS:
            raise InvalidRequest.of(f"{name}[{place}]", value, _VALUE)
    return tuple(values)


def _price(price: Any) -> tuple[float | None, float | None]:
    if isinstance(price, str | bytes) or not isinstance(price, Sequence) or len(price) != 2:
        raise InvalidRequest.of("filters.price", price, _PRICE)
    low, high = (
        None if end is None else _number(f"filters.price[{place}]", end, contract.MAX_PRICE, _PRICE)
        for place, end in enumerate(price)
    )
    if low is not None and high is not None and low > high:
        raise InvalidRequest.of("filters.price", price, _PRICE)
    return low, high


def _by_attribute(name: str, attributes: Any, example: str) -> dict[str, tuple[str, ...]]:
    most, longest = contract.MAX_FILTER_ATTRIBUTES, contract.MAX_FACET_CHARACTERS
    if not isinstance(attributes, Mapping):
        raise InvalidRequest.of(name, attributes, f"allowed: a mapping from attribute to values, as in {example}")
    if len(attributes) > most:
        raise InvalidRequest.of(name, f"{len(attributes)} attributes", f"allowed: at most {most} attributes")
    checked = {}
    for attribute, values in attributes.items():
        if not isinstance(attribute, str) or not 1 <= len(attribute) <= longest or not is_utf8(attribute):
            raise InvalidRequest.of(name, attribute, f"allowed: an attribute's name of 1 to {longest} characters")
        checked[attribute] = _values(f"{name}.{repr(attribute)[1:-1]}", values)
    return {attribute: values for attribute, values in checked.items() if values}


def _number(name: str, number: Any, most: float, allowed: str) -> float:
    try:
        within = not isinstance(number, bool | str) and 0.0 <= float(number) <= most
    except (TypeError, ValueError, OverflowError):
        within = False
    if not within:
        raise InvalidRequest.of(name, number, allowed)
    return float(number)
