"""A catalogue on disk: ``products.parquet``, one row a product, and ``pictures.zip``, the encoded pictures untouched.

The row number in ``products.parquet`` is the product's row everywhere: in features, in the index, in the server.
"""

from __future__ import annotations

import hashlib
import os
import threading
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from assortment.catalogue.product import Product
from assortment.errors import DataError, StepError

PRODUCTS: Final = "products.parquet"
PICTURES: Final = "pictures.zip"
SCHEMA: Final = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        ("description", pa.string()),
        ("department", pa.string()),
        ("category", pa.list_(pa.string())),
        ("brand", pa.string()),
        ("attributes", pa.map_(pa.string(), pa.string())),
        ("price", pa.float64()),
        ("currency", pa.string()),
        ("rating", pa.float64()),
        ("rating_count", pa.int64()),
        ("stock", pa.int64()),
        ("variant_group", pa.string()),
        ("picture", pa.string()),
        ("added", pa.date32()),
    ]
)
_ROW_GROUP: Final = 4096
_ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # a fixed date: the same catalogue gives the same bytes


class CatalogueWriter:
    """Writes products one by one, in the order that becomes their row number. A context manager."""

    def __init__(self, folder: Path) -> None:
        """Starts ``folder`` afresh: what an earlier run left there is overwritten."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.num_products = 0
        self._rows: list[dict[str, Any]] = []
        self._ids: set[str] = set()
        self._pictures: dict[str, bytes] = {}  # name to digest
        self._parquet = pq.ParquetWriter(folder / PRODUCTS, SCHEMA, compression="zstd")
        self._zip = zipfile.ZipFile(folder / PICTURES, "w", zipfile.ZIP_STORED)

    def add(self, product: Product, picture: bytes | None = None) -> int:
        """Appends a product with its encoded picture and returns its row. Products that name the same picture share it.

        Raises:
            DataError: when the id was added before, ``product.picture`` and ``picture`` do not go together, or the name
                stands for another picture already.
        """
        if product.id in self._ids:
            raise DataError(f"product id {product.id!r} was added twice; ids are unique within a catalogue")
        if bool(product.picture) != (picture is not None):
            raise DataError(f"product {product.id!r}: picture name {product.picture!r} and its bytes must come together")
        if picture is not None:
            self._add_picture(product, picture)
        self._ids.add(product.id)
        self._rows.append(_row(product))
        if len(self._rows) == _ROW_GROUP:
            self._flush()
        self.num_products += 1
        return self.num_products - 1

    def __enter__(self) -> CatalogueWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._flush()
        self._parquet.close()
        self._zip.close()

    def _add_picture(self, product: Product, picture: bytes) -> None:
        digest = hashlib.blake2b(picture, digest_size=16).digest()
        known = self._pictures.get(product.picture)
        if known is None:
            self._pictures[product.picture] = digest
            self._zip.writestr(zipfile.ZipInfo(product.picture, date_time=_ZIP_EPOCH), picture)
        elif known != digest:
            raise DataError(f"product {product.id!r}: another picture is already called {product.picture!r}")

    def _flush(self) -> None:
        if self._rows:
            self._parquet.write_table(pa.Table.from_pylist(self._rows, schema=SCHEMA))
            self._rows = []


class Catalogue:
    """A finished catalogue, read lazily: products on first use, pictures one at a time."""

    def __init__(self, folder: Path) -> None:
        """Use ``open``, which checks that the folder holds a catalogue."""
        self.folder = folder
        self._lock = threading.Lock()
        self._archive: tuple[int, zipfile.ZipFile] | None = None
        self._num_products = int(pq.read_metadata(folder / PRODUCTS).num_rows)

    @classmethod
    def open(cls, folder: Path) -> Catalogue:
        """Opens the catalogue in ``folder``.

        Raises:
            StepError: when there is none, or an older version of this program wrote it.
            DataError: when its files cannot be read.
        """
        for name in (PRODUCTS, PICTURES):
            if not (folder / name).is_file():
                raise StepError(
                    f"{folder} holds no catalogue ({name} is missing); make one with `assortment catalogue generate` or `import`"
                )
        try:
            if not pq.read_schema(folder / PRODUCTS).equals(SCHEMA):
                raise StepError(
                    f"{folder / PRODUCTS} was written by another version of assortment, with other columns; make the catalogue "
                    "again with `assortment catalogue`"
                )
            return cls(folder)
        except (pa.ArrowInvalid, OSError) as error:
            raise DataError(f"{folder / PRODUCTS} cannot be read ({error}); run `assortment catalogue` again") from None

    def __len__(self) -> int:
        return self._num_products

    @cached_property
    def products(self) -> list[Product]:
        """All products, by row."""
        batches = pq.ParquetFile(self.folder / PRODUCTS).iter_batches(batch_size=_ROW_GROUP)
        return [_product(row) for batch in batches for row in batch.to_pylist()]

    def row(self, product_id: str) -> int:
        """The row of a product.

        Raises:
            DataError: when there is no product of this id.
        """
        try:
            return self._row_of[product_id]
        except KeyError:
            raise DataError(f"no product {product_id!r} in {self.folder}") from None

    def picture(self, product: Product) -> bytes | None:
        """The product's encoded picture, None when it has none."""
        if not product.picture:
            return None
        with self._lock:  # one file handle for all threads
            return self._pictures().read(product.picture)

    def iter_pictures(self, rows: Iterable[int]) -> Iterator[bytes | None]:
        """The encoded pictures of ``rows``, in their order."""
        for row in rows:
            yield self.picture(self.products[row])

    @cached_property
    def _row_of(self) -> Mapping[str, int]:
        return {product.id: row for row, product in enumerate(self.products)}

    def _pictures(self) -> zipfile.ZipFile:
        if self._archive is None or self._archive[0] != os.getpid():  # a forked worker must not share the file position
            self._archive = os.getpid(), zipfile.ZipFile(self.folder / PICTURES)
        return self._archive[1]


def _row(product: Product) -> dict[str, Any]:
    row = {name: getattr(product, name) for name in SCHEMA.names}
    row["category"] = list(product.category)
    row["attributes"] = list(product.attributes.items())
    return row


def _product(row: dict[str, Any]) -> Product:
    return Product(**{**row, "category": tuple(row["category"]), "attributes": dict(row["attributes"])})
