"""Filters: what a product has to have to be shown, as ``RULES.filters``.

    {"price": [null, 50], "brand": ["Puma", "Adidas"], "attributes": {"colour": ["Blue", "Navy"]}, "in_stock": true,
     "without": {"material": ["Wool"]}}

What the fields mean stands at ``assortment_client.contract.FILTER_FIELDS``, their limits beside it. Values of one field are
alternatives; all fields hold.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from assortment.catalogue.fields import attribute_name
from assortment.serving.rules_json import error, is_utf8, shown_name
from assortment.text import normalise
from assortment_client import contract as public

VALUE_FIELDS: Final = ("department", "category", "brand")
_OBJECTS: Final = {"attributes": '{"colour": ["Blue", "Navy"]}', "without": '{"brand": ["Puma"], "colour": ["Black"]}'}
_PRICE: Final = f"allowed: [from, to], each null or a number from 0 to {public.MAX_PRICE:g}, the first not above the second"
_NAMES_TOLD: Final = 10  # of all that a catalogue has: an error travels in gRPC metadata, which hold 16 KiB
_NAMES_COMPARED: Final = 2_000  # so that a typo costs milliseconds
_ALIKE: Final = 0.6
_Named = TypeVar("_Named")
_VALUE: Final = f"allowed: a string of 1 to {public.MAX_FILTER_VALUE_CHARACTERS} characters, not all of them spaces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Checked filters; false when nothing is filtered."""

    price: tuple[float | None, float | None] = (None, None)
    """From and to, both inside; None leaves an end open."""
    price_level: str = ""
    """One of PRICE_LEVELS, or empty."""
    department: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    """At any level of the category path."""
    brand: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    in_stock: bool = False
    min_rating: float | None = None
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """A field of values, or an attribute, to values of which a product has none."""

    def __bool__(self) -> bool:
        return self != NO_FILTERS

    @property
    def about_price(self) -> bool:
        """Whether a range or a level of the price is asked for."""
        return self.price != (None, None) or bool(self.price_level)

    def told(self) -> dict[str, object]:
        """The same filters as a JSON object that only they determine; empty when there are none."""
        told: dict[str, object] = {name: values for name in VALUE_FIELDS if (values := getattr(self, name))}
        if self.price != (None, None):
            told["price"] = self.price
        if self.price_level:
            told["price_level"] = self.price_level
        if self.attributes:
            told["attributes"] = dict(self.attributes)
        if self.in_stock:
            told["in_stock"] = True
        if self.min_rating is not None:
            told["min_rating"] = self.min_rating
        if self.without:
            told["without"] = dict(self.without)
        return told

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Filters:
        """The filters of a JSON object that was checked; fields without values filter nothing."""
        low, high = told.get("price", (None, None))
        rating = told.get("min_rating")
        return cls(
            price=(None if low is None else float(low), None if high is None else float(high)),
            price_level=told.get("price_level", ""),
            in_stock=told.get("in_stock", False),
            min_rating=None if rating is None else float(rating),
            attributes=_by_attribute(told.get("attributes", {})),
            without=_by_attribute(told.get("without", {})),
            **{name: tuple(told.get(name, ())) for name in VALUE_FIELDS},
        )


NO_FILTERS: Final = Filters()


def check(told: Any) -> None:
    """Checks filters as a caller sent them.

    Raises:
        InputError: naming the first field that is wrong, as in ``RULES.filters.price``.
    """
    if not isinstance(told, dict):
        raise error(".filters", told, 'allowed: an object of filters, as in {"brand": ["Puma"]}')
    for name, given in told.items():
        if name not in public.FILTER_FIELDS:
            allowed = f"it is no filter; allowed: {', '.join(public.FILTER_FIELDS)}"
            raise error(f".filters.{shown_name(name)}", given, allowed)
    for name in VALUE_FIELDS:
        if name in told:
            _check_values(f".filters.{name}", told[name])
    if "price" in told:
        _check_price(told["price"])
    if "price_level" in told and told["price_level"] not in public.PRICE_LEVELS:
        raise error(".filters.price_level", told["price_level"], f"allowed: {', '.join(public.PRICE_LEVELS)}")
    for name, example in _OBJECTS.items():
        if name in told:
            _check_object(f".filters.{name}", told[name], example)
    if "in_stock" in told and not isinstance(told["in_stock"], bool):
        raise error(".filters.in_stock", told["in_stock"], "allowed: true or false")
    if "min_rating" in told and not _within(told["min_rating"], public.MAX_RATING):
        raise error(".filters.min_rating", told["min_rating"], f"allowed: a number from 0 to {public.MAX_RATING:g}")


def fold(value: str) -> str:
    """A value as it is compared: without regard to case, spacing and full or half width of letters."""
    return normalise(value).casefold()


def named(name: str, by_name: Mapping[str, _Named]) -> _Named | None:
    """What a caller calls ``name``, of what is kept by folded names: "Colour" and "color" are colour, as imports spell it."""
    found = by_name.get(fold(name))
    return by_name.get(fold(attribute_name(name))) if found is None else found


def names_told(names: Iterable[str], *, like: str) -> str:
    """The names of a catalogue for an error: all of a few; of many the ten that are most like the wrong one, best first."""
    every = list(names)
    if len(every) <= _NAMES_TOLD:
        return ", ".join(map(_short, every))
    compared = every[:_NAMES_COMPARED]
    closest = difflib.get_close_matches(fold(like), compared, n=_NAMES_TOLD, cutoff=_ALIKE)
    told = list(dict.fromkeys([*closest, *every]))[:_NAMES_TOLD]
    return f"{', '.join(map(_short, told))} and {len(every) - len(told):,} more"


def _short(name: str) -> str:
    return name if len(name) <= public.MAX_FACET_CHARACTERS else f"{name[: public.MAX_FACET_CHARACTERS - 1]}…"


def _by_attribute(told: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in told.items() if values}


def _check_price(price: Any) -> None:
    if not isinstance(price, list) or len(price) != 2:
        raise error(".filters.price", price, _PRICE)
    for place, end in enumerate(price):
        if end is not None and not _within(end, public.MAX_PRICE):
            raise error(f".filters.price[{place}]", end, _PRICE)
    low, high = price
    if low is not None and high is not None and low > high:
        raise error(".filters.price", f"{low} to {high}", _PRICE)


def _check_object(place: str, given: Any, example: str) -> None:
    most = public.MAX_FILTER_ATTRIBUTES
    if not isinstance(given, dict):
        raise error(place, given, f"allowed: an object from attribute to values, as in {example}")
    if len(given) > most:
        raise error(place, f"{len(given)} attributes", f"allowed: at most {most} attributes")
    for name, values in given.items():
        if not 1 <= len(name) <= public.MAX_FACET_CHARACTERS or not is_utf8(name):
            raise error(place, name, f"allowed: an attribute's name of 1 to {public.MAX_FACET_CHARACTERS} characters")
        _check_values(f"{place}.{shown_name(name)}", values)


def _check_values(place: str, values: Any) -> None:
    allowed = f"allowed: at most {public.MAX_FILTER_VALUES} values"
    if not isinstance(values, list):
        raise error(place, values, f"{allowed}, as a list of strings")
    if len(values) > public.MAX_FILTER_VALUES:
        raise error(place, f"{len(values)} values", allowed)
    for at, value in enumerate(values):
        if (
            not isinstance(value, str)
            or not value.strip()
            or len(value) > public.MAX_FILTER_VALUE_CHARACTERS
            or not is_utf8(value)
        ):
            raise error(f"{place}[{at}]", value, _VALUE)


def _within(number: Any, most: float) -> bool:
    return not isinstance(number, bool) and isinstance(number, int | float) and 0 <= number <= most
