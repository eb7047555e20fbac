"""The public GroceryStoreDataset: ``classes.csv`` and, below ``iconic-images-and-descriptions/``, a folder for each grocery.

A row names the grocery ("Golden-Delicious"), its kind ("Apple") and the paths of its picture and description; the first folder
of the paths (Fruit, Packages, Vegetables) is the department. Beside each description lies a file of lines such as
"Country and volume: Italy, ca 180g" or "Manufacturer and volume: ARLA, 1l", which give brand, country and volume. Its title
is Swedish for many packages, so titles are made from the names: "Golden Delicious Apple". There are no prices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from assortment.catalogue.fields import tidy
from assortment.catalogue.product import Product
from assortment.catalogue.readers.delimited import DelimitedTable
from assortment.catalogue.readers.paths import file_inside
from assortment.catalogue.readers.pictures import PictureSource
from assortment.catalogue.summary import DUPLICATE_ID, EMPTY_ID, Problem, ReadSummary
from assortment.errors import DataError

TABLE: Final = "classes.csv"
NAME: Final = "Class Name (str)"
KIND: Final = "Coarse Class Name (str)"
PICTURE: Final = "Iconic Image Path (str)"
DESCRIPTION: Final = "Product Description Path (str)"
NO_DESCRIPTION: Final = Problem(name="no description", effect="kept without description", serious=False)
NO_INFORMATION: Final = Problem(name="no information file", effect="kept without brand, country and volume", serious=False)


class GroceryReader:
    """Reads the layout from a folder."""

    name = "grocery"
    description = "the public GroceryStoreDataset: a folder with classes.csv and iconic-images-and-descriptions"

    def read(self, source: Path, summary: ReadSummary) -> Iterator[tuple[Product, bytes | None]]:
        """Yields each grocery with its picture and fills ``summary``.

        Raises:
            DataError: when ``source`` has no ``classes.csv`` of these columns, or a problem is met that is fatal when strict.
        """
        table = _table(source)
        pictures = PictureSource([source])
        seen: set[str] = set()
        for line, written in table.rows(summary):
            row = {column: tidy(value) for column, value in written.items()}
            if not (key := row[NAME]):
                summary.report(EMPTY_ID, line=line, value=row[PICTURE])
            elif key in seen:
                summary.report(DUPLICATE_ID, line=line, value=key)
            else:
                seen.add(key)
                name, picture = pictures.written(row[PICTURE].lstrip("/"), line=line, summary=summary)
                description, information = _texts(source, row, line, summary)
                summary.kept += 1
                yield _product(row, description=description, information=information, picture=name), picture

    def count(self, source: Path) -> int:
        """Lines of the table."""
        return _table(source).count()


def _table(source: Path) -> DelimitedTable:
    if not (path := source / TABLE).is_file():
        raise DataError(f"{source} is no grocery catalogue: {TABLE} is missing; give the folder that holds it")
    return DelimitedTable(path, required=(NAME, KIND, PICTURE, DESCRIPTION))


def _texts(source: Path, row: Mapping[str, str], line: int, summary: ReadSummary) -> tuple[str, dict[str, str]]:
    """The description, and the lines of the information file beside it by name."""
    path = file_inside(source, row[DESCRIPTION].lstrip("/"))
    if path is None:
        summary.report(NO_DESCRIPTION, line=line, value=row[DESCRIPTION])
        return "", {}
    beside = sorted(path.parent.glob("*Information.txt"))
    if not beside:
        summary.report(NO_INFORMATION, line=line, value=row[NAME])
    pairs = [told.partition(":") for told in (_read(beside[0]).splitlines() if beside else [])]
    return tidy(_read(path)), {name.strip(): tidy(value) for name, colon, value in pairs if colon}


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig", errors="replace")


def _product(row: Mapping[str, str], *, description: str, information: Mapping[str, str], picture: str) -> Product:
    name, kind = (_words(row[column]) for column in (NAME, KIND))
    folders = PurePosixPath(row[PICTURE].lstrip("/")).parts
    department = _words(folders[1]) if len(folders) > 2 else ""
    brand, brand_volume = _before_volume(information.get("Manufacturer and volume", ""))
    country, volume = _before_volume(information.get("Country and volume", ""))
    country = country or information.get("Country", "") or information.get("Manufacturing country", "")
    volume = brand_volume or volume
    return Product(
        id=row[NAME],
        title=name if kind.lower() in name.lower() else f"{name} {kind}".strip(),
        description=description,
        department=department,
        category=tuple(level for level in (department, kind) if level),
        brand=brand,
        attributes={name: value for name, value in (("country", country), ("volume", volume)) if value},
        picture=picture,
    )


def _words(written: str) -> str:
    return tidy(written.replace("-", " "))


def _before_volume(written: str) -> tuple[str, str]:
    """Takes "Italy, ca 180g" apart: ("Italy", "ca 180g"). Spaces around the comma are not always plain."""
    before, _, volume = written.partition(",")
    return tidy(before), tidy(volume)
