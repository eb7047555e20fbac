"""The columns that a shop's own table may have, and which column of a file each of them is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from assortment.catalogue.fields import RESERVED, attribute_name
from assortment.errors import DataError, InputError

COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "needed; unique within the table",
        "title": "needed; what shoppers read first",
        "description": "text or HTML",
        "department": "the part of the shop",
        "category": 'path from broad to narrow: "Clothing > Tops > T-shirts", or a list',
        "brand": "the maker",
        "price": '12.50, "1.299,00 €" or "$12.50"; above zero',
        "currency": "ISO 4217 (EUR) or a symbol; else read from the price",
        "rating": "mean rating, 0 to 5",
        "rating_count": "number of ratings, from 0",
        "stock": "pieces in stock, from 0",
        "variant_group": "the same for all variants of one article",
        "picture": "file name or path inside --pictures; without this column a file named after the id",
        "added": "when it entered the range: 2024-12-31 or 31.12.2024",
        "attributes.NAME": "one attribute, for instance attributes.colour",
        "attributes": "all of them: an object (JSON in CSV)",
    }
)
REQUIRED: Final = ("id", "title")
FIELDS: Final = tuple(name for name in COLUMNS if not name.startswith("attributes"))
ATTRIBUTES: Final = "attributes"
_LIKELY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "id": ("sku", "product_id", "productid", "item_id", "article", "asin", "ean", "gtin", "handle", "nr", "artikelnummer"),
        "title": ("name", "product_name", "productname", "product_title", "bezeichnung", "titel"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSettings:
    """How a shop's own table is read."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """One of COLUMNS to the name of the file's column; a column that is called as here needs no entry."""
    pictures: Path | None = None
    """Folder or zip file of pictures."""
    category_separator: str = ">"
    """Between the levels of a category path."""
    decimal: str = ""
    """Decimal mark of prices, "." or ","; empty finds out for each price."""
    rest_as_attributes: bool = False
    """Whether columns that are not understood become attributes."""

    def __post_init__(self) -> None:
        for target in self.columns:
            if target not in (*FIELDS, ATTRIBUTES) and not target.startswith(f"{ATTRIBUTES}."):
                raise InputError("--map", target, f"allowed before the =: {', '.join(COLUMNS)}")
            if attribute_name(target.partition(".")[2]) in RESERVED:
                raise InputError("--map", target, f"{', '.join(sorted(RESERVED))} are columns of their own, no attributes")
        if self.decimal not in ("", ".", ","):
            raise InputError("--decimal", self.decimal, 'allowed: "." and ","')
        if not self.category_separator:
            raise InputError("--category-separator", self.category_separator, "allowed: at least one character")
        if self.pictures is not None and not self.pictures.exists():
            raise InputError("--pictures", str(self.pictures), "it must be an existing folder or zip file")

    def as_dict(self) -> dict[str, Any]:
        """For a manifest."""
        return {**asdict(self), "pictures": str(self.pictures or "")}


def parse_map(written: Iterable[str]) -> dict[str, str]:
    """``title=name`` as the command line gives it, several times.

    Raises:
        InputError: when one has no =, or a column is mapped twice.
    """
    columns: dict[str, str] = {}
    for pair in written:
        target, equals, column = (part.strip() for part in pair.partition("="))
        if not (target and equals and column):
            raise InputError("--map", pair, "allowed: COLUMN=COLUMN OF THE FILE, for instance title=name")
        if target in columns:
            raise InputError("--map", pair, f"{target} is mapped to {columns[target]!r} already")
        columns[target] = column
    return columns


class ColumnMap:
    """Which column of a file each of ours is. Columns inside others are written with a dot: price.amount."""

    def __init__(self, found: Iterable[str], settings: TableSettings, *, file: Path) -> None:
        """From the columns that were ``found`` in ``file``.

        Raises:
            DataError: when a mapped column, or one that is needed, is not among them.
        """
        self._settings = settings
        found = list(found)
        by_name = {name.casefold(): name for name in reversed(found)}
        chosen = {target: column_called(column, found) for target, column in settings.columns.items()}
        if lost := [f"{target}={settings.columns[target]}" for target, column in chosen.items() if column is None]:
            raise DataError(f"{file} has no such column for --map {', '.join(lost)}; found: {', '.join(found) or 'none'}")
        self.column_of = {
            target: column for target in FIELDS if (column := chosen.get(target) or by_name.get(target)) is not None
        }
        missing = [target for target in REQUIRED if target not in self.column_of]
        if missing:
            asked = " ".join(f'--map {target}="{_likely(target, found)}"' for target in missing)
            raise DataError(
                f"{file}: no column {' and '.join(missing)}; found: {', '.join(found) or 'none'}. Say which it is: {asked}"
            )
        self._used = frozenset(self.column_of.values())
        self._mapped = [
            (column, target.partition(".")[2]) for target, column in chosen.items() if column and target.startswith(ATTRIBUTES)
        ]
        if ATTRIBUTES not in settings.columns and ATTRIBUTES in by_name:
            self._mapped.append((by_name[ATTRIBUTES], ""))

    def attributes(self, column: str) -> list[str]:
        """The attributes that a column is, as they are spelled in catalogues; none when it is something else."""
        prefix = f"{ATTRIBUTES}."
        names = [name for mapped, name in self._mapped if name and mapped == column]
        names += [column[len(mapped) + 1 :] for mapped, name in self._mapped if not name and column.startswith(f"{mapped}.")]
        if not names and column.casefold().startswith(prefix):
            names = [column[len(prefix) :]]
        if not names and self._settings.rest_as_attributes and not self.is_used(column):
            names = [column]
        return [name for each in names if (name := attribute_name(each))]

    def is_whole(self, column: str) -> bool:
        """Whether a column holds all attributes as one object."""
        return (column, "") in self._mapped

    def is_used(self, column: str) -> bool:
        """Whether a column is one of ours, attributes aside."""
        return column in self._used


def column_called(written: str, found: Iterable[str]) -> str | None:
    """The column that --map names, or the object of that name, whose columns begin so; exactly so before in any case."""
    folded = written.casefold()
    places = dict.fromkeys(place for column in found for place in accumulate(column.split("."), "{}.{}".format))
    return written if written in places else next((place for place in places if place.casefold() == folded), None)


def _likely(target: str, found: list[str]) -> str:
    """The column that a missing one may be called."""
    return next((name for name in found if name.casefold() in _LIKELY[target]), "COLUMN")
