"""Anybody's shop as one table: CSV, JSON or Parquet, with columns called as in ``table_columns`` or mapped to them.

Values are read as people write them (prices with currency, HTML, lists); what cannot be used is counted by line and left
out. Columns that are not understood are named in the summary, with the number of rows that fill them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assortment.catalogue.fields import RESERVED, known
from assortment.catalogue.html_text import html_to_text
from assortment.catalogue.product import Product
from assortment.catalogue.readers.pictures import PictureSource, checked
from assortment.catalogue.readers.table_columns import REQUIRED, ColumnMap, TableSettings
from assortment.catalogue.readers.table_rows import FORMATS, Row, Rows, open_rows
from assortment.catalogue.readers.table_values import Values, as_text
from assortment.catalogue.summary import DUPLICATE_ID, EMPTY_ID, EMPTY_TITLE, LONG_ID, ReadSummary, list_in
from assortment_client.contract import MAX_ID_CHARACTERS


class TableReader:
    """Reads one file."""

    name = "table"
    description = f"your own shop, one file: {FORMATS}"

    def __init__(self, settings: TableSettings | None = None) -> None:
        self.settings = settings or TableSettings()

    def read(self, source: Path, summary: ReadSummary) -> Iterator[tuple[Product, bytes | None]]:
        """Yields each product with its picture and fills ``summary``.

        Raises:
            DataError: when the file is not of its format or lacks a needed column, or a problem is met that is fatal when
                strict.
        """
        rows = self._open(source)
        columns = ColumnMap(rows.columns, self.settings, file=source)
        pictures = PictureSource([self.settings.pictures]) if self.settings.pictures else None
        _tell(columns, summary, has_pictures=pictures is not None)
        seen: set[str] = set()
        for line, row in rows.read(summary):
            own = {target: row[column] for target, column in columns.column_of.items() if column in row}
            values = Values(own, line, summary, self.settings)
            attributes = _attributes(row, columns, values)
            key, title = values.key("id"), values.text("title")
            if not key:
                summary.report(EMPTY_ID, line=line, value=title)
            elif len(key) > MAX_ID_CHARACTERS:
                summary.report(LONG_ID, line=line, value=key)
            elif key in seen:
                summary.report(DUPLICATE_ID, line=line, value=key)
            elif not title:
                summary.report(EMPTY_TITLE, line=line, value=f"id {key}")
            else:
                seen.add(key)
                name, picture = _picture(pictures, values, key, has_column="picture" in columns.column_of)
                summary.kept += 1
                yield _product(values, key=key, title=title, attributes=attributes, picture=name), picture

    def count(self, source: Path) -> int:
        """About how many rows there are."""
        return self._open(source).count()

    def _open(self, source: Path) -> Rows:
        return open_rows(source, needed=[self.settings.columns.get(name, name) for name in REQUIRED])


def _attributes(row: Row, columns: ColumnMap, values: Values) -> dict[str, str]:
    """The attributes of a row. Columns that are neither one nor anything else are counted."""
    attributes: dict[str, str] = {}
    for column, value in row.items():
        is_whole = columns.is_whole(column)
        named = values.attributes(value) if is_whole else dict.fromkeys(columns.attributes(column), value)
        texts = {name: told for name, each in named.items() if (told := _texts(each))}
        attributes |= {name: ", ".join(told) for name, told in texts.items() if name not in RESERVED}
        for name, told in texts.items():
            if name in attributes and len(told) > 1:
                values.summary.report(list_in(name if is_whole else column), line=values.line, value=attributes[name])
        understood = columns.is_used(column) or is_whole or (named and RESERVED.isdisjoint(texts) and not _has_objects(value))
        if not understood and as_text(value):
            values.summary.unused_columns[column] += 1
    return attributes


def _has_objects(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and any(isinstance(each, dict) for each in value)


def _texts(value: Any) -> list[str]:
    """An attribute's values, of a list each that is known and none twice, whatever its case; objects in it are none."""
    several = value if isinstance(value, (list, tuple)) else [value]
    texts: dict[str, str] = {}
    for each in several:
        if not isinstance(each, dict) and (text := known(html_to_text(as_text(each)))):
            texts.setdefault(text.casefold(), text)
    return list(texts.values())


def _picture(pictures: PictureSource | None, values: Values, key: str, *, has_column: bool) -> tuple[str, bytes | None]:
    if pictures is None:
        return "", None
    if path := values.key("picture"):
        return pictures.written(path, line=values.line, summary=values.summary)
    found = None if has_column else pictures.by_stem(key)
    return checked(found, wanted=f"id {key}", line=values.line, summary=values.summary)


def _product(values: Values, *, key: str, title: str, attributes: dict[str, str], picture: str) -> Product:
    price, currency = values.price()
    return Product(
        id=key,
        title=title,
        description=values.text("description"),
        department=values.text("department"),
        category=values.category(),
        brand=known(values.text("brand")),
        attributes=attributes,
        price=price,
        currency=currency,
        rating=values.rating(),
        rating_count=values.rating_count(),
        stock=values.stock(),
        variant_group=values.key("variant_group"),
        picture=picture,
        added=values.added(),
    )


def _tell(columns: ColumnMap, summary: ReadSummary, *, has_pictures: bool) -> None:
    read = ", ".join(f"{target}={column}" if target != column else target for target, column in columns.column_of.items())
    summary.notes.append(f"columns read: {read}")
    if "picture" in columns.column_of and not has_pictures:
        summary.notes.append(f"column {columns.column_of['picture']} names pictures, but --pictures was not given")
