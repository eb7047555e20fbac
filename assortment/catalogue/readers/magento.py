"""The compound fields of a Magento product export: attributes, category paths, variations."""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Iterable
from typing import Final

from assortment.catalogue.fields import RESERVED, attribute_name, parse_date, tidy

_NEXT_ATTRIBUTE: Final = re.compile(r",(?=[A-Za-z]\w*=)")
_LEVELS: Final = re.compile(r"(?<!\\)/")
_CREATED: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2})(?:,.*)?")
_HOUSEKEEPING: Final = frozenset({"has_options", "required_options"})
_FOR_WHOM: Final = ("Men", "Women", "Boys", "Girls", "Unisex", "Kids")


def parse_attributes(written: str) -> dict[str, str]:
    """``additional_attributes`` ("size=XS,color=Black,material=Cotton|Wool") by name.

    Several values are joined with commas, style_general and its like are all style. A Yes becomes the words of its name
    (eco_collection is "eco collection"), and a No is left out: nobody asks for either of them as such.
    """
    attributes: dict[str, str] = {}
    for part in _NEXT_ATTRIBUTE.split(written):
        name, _, told = part.partition("=")
        name = attribute_name(re.sub(r"^style_\w+$", "style", name.strip()))
        value = ", ".join(tidy(html.unescape(one)) for one in told.strip().strip('"').split("|") if tidy(one))
        if name and value and value != "No" and name not in _HOUSEKEEPING | RESERVED:
            attributes[name] = name.replace("_", " ") if value == "Yes" else value
    return attributes


def parse_categories(written: str) -> list[tuple[str, ...]]:
    """The paths of ``categories`` without their root, which is the same for all ("Default Category")."""
    paths = ([tidy(html.unescape(level.replace("\\/", "/"))) for level in _LEVELS.split(path)] for path in written.split(","))
    return [tuple(level for level in levels[1:] if level) for levels in paths if len(levels) > 1]


def narrowest(paths: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The deepest path, the first of several: Men / Tops / Tees says more than Promotions / Tees."""
    return max(paths, key=len, default=())


def for_whom(path: Iterable[str]) -> str:
    """Whom a category path is for, as its levels say it; empty when they do not."""
    return next((level for level in path if level in _FOR_WHOM), "")


def parse_created(written: str) -> datetime.date | None:
    """``created_at``: an ISO date, or month/day/year with two digits each ("10/25/15, 3:34 AM"); None for anything else."""
    if match := _CREATED.fullmatch(written):
        month, day, year = map(int, match.groups())
        written = f"20{year:02}-{month}-{day}"
    return parse_date(written)


def parse_variations(written: str) -> dict[str, tuple[str, ...]]:
    """``configurable_variations`` ("sku=A-S,size=S|sku=A-M,size=M"): the sku of each variant to the values it varies in."""
    variants: dict[str, tuple[str, ...]] = {}
    for variation in written.split("|"):
        pairs = [pair.partition("=") for pair in _NEXT_ATTRIBUTE.split(variation)]
        sku = next((tidy(value) for name, _, value in pairs if name.strip() == "sku"), "")
        if sku:
            variants[sku] = tuple(tidy(html.unescape(value)) for name, _, value in pairs if name.strip() != "sku")
    return variants
