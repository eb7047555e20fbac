"""Readers of real catalogue formats, one file each. ``assortment catalogue import NAME SOURCE`` finds them here by name.

A reader streams: it yields one product after another and holds no more of the source than it must.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from assortment.catalogue.product import Product
from assortment.catalogue.readers.fashion import FashionReader
from assortment.catalogue.readers.grocery import GroceryReader
from assortment.catalogue.readers.icecat import IcecatReader
from assortment.catalogue.readers.luma import LumaReader
from assortment.catalogue.readers.table import TableReader
from assortment.catalogue.summary import ReadSummary


class Reader(Protocol):
    """What reads one format."""

    name: str
    """As the command line spells it."""
    description: str
    """A line of help: what the source must look like."""

    def read(self, source: Path, summary: ReadSummary) -> Iterator[tuple[Product, bytes | None]]:
        """Yields each product with its encoded picture and fills ``summary``.

        Raises:
            DataError: when the source is not of this format, or a problem is met that ``summary.strict`` makes fatal.
        """
        ...

    def count(self, source: Path) -> int:
        """About how many rows there are, for the progress bar."""
        ...


READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {reader.name: reader for reader in (FashionReader(), LumaReader(), IcecatReader(), GroceryReader(), TableReader())}
)
