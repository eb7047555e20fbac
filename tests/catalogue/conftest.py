"""A small shop in the fashion layout, written afresh for each test."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from PIL import Image

HEADER = "id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,productDisplayName"
SHIRT = "1,Men,Apparel,Topwear,Shirts,Navy Blue,Fall,2011,Casual,Turtle Check Men Navy Blue Shirt"
JEANS = "2,Men,Apparel,Bottomwear,Jeans,Blue,Summer,2012,Casual,Peter England Men Party Blue Jeans"
SARI = "3,Women,Apparel,Saree,Sarees,Red,Summer,2012,Ethnic,FNF Red Sari"


def jpeg(colour: str = "navy", size: tuple[int, int] = (60, 80)) -> bytes:
    """An encoded picture of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG")
    return buffer.getvalue()


class FashionShop:
    """Writes the files of the fashion layout."""

    header = HEADER
    rows = (SHIRT, JEANS, SARI)

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def table(self, *rows: str | bytes, header: str = HEADER) -> Path:
        """Writes styles.csv and returns the folder."""
        lines = [row if isinstance(row, bytes) else row.encode() for row in (header, *rows)]
        (self.folder / "styles.csv").write_bytes(b"\n".join(lines) + b"\n")
        return self.folder

    def pictures(self, pictures: Mapping[str, bytes], *, place: str = "images") -> None:
        """Writes pictures by file name, to a folder or, when ``place`` ends so, to a zip file."""
        if place.endswith(".zip"):
            with zipfile.ZipFile(self.folder / place, "w") as archive:
                for name, data in pictures.items():
                    archive.writestr(name, data)
            return
        (self.folder / place).mkdir(exist_ok=True)
        for name, data in pictures.items():
            (self.folder / place / name).write_bytes(data)

    def whole(self, *, place: str = "images", ids: Iterable[int] = (1, 2, 3)) -> Path:
        """The three rows, each with a picture."""
        self.pictures({f"{number}.jpg": jpeg() for number in ids}, place=place)
        return self.table(*self.rows)

    @staticmethod
    def jpeg(colour: str = "navy", size: tuple[int, int] = (60, 80)) -> bytes:
        """An encoded picture of one colour."""
        return jpeg(colour, size)


@pytest.fixture
def shop(tmp_path: Path) -> FashionShop:
    return FashionShop(tmp_path / "shop")
