"""The catalogue step: raw files, or nothing at all, to the folder every later step reads."""

from __future__ import annotations

import hashlib
import itertools
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from assortment import manifest
from assortment.catalogue.generated import generator
from assortment.catalogue.product import Product
from assortment.catalogue.progress import progress
from assortment.catalogue.readers import READERS, Reader
from assortment.catalogue.readers.pictures import SUFFIXES
from assortment.catalogue.readers.table import TableReader
from assortment.catalogue.readers.table_columns import TableSettings
from assortment.catalogue.store import CatalogueWriter
from assortment.catalogue.summary import ReadSummary
from assortment.errors import DataError, InputError
from assortment.manifest import Manifest
from assortment.one_at_a_time import exclusive_from_the_start
from assortment.paths import BuildPaths

STEP: Final = "catalogue"
DEFAULT_PRODUCTS: Final = 6_400
DEFAULT_SEED: Final = 7
LAYOUT: Final = 2  # of the folder; a higher number makes every catalogue afresh


def generate(paths: BuildPaths, *, products: int = DEFAULT_PRODUCTS, seed: int = DEFAULT_SEED) -> Manifest:
    """Makes the built-in catalogue in ``paths.catalogue``: the same bytes for the same size and seed.

    Raises:
        InputError: when ``products`` is below the smallest size that has every type.
    """
    generator.check_size(products)
    settings = {"layout": LAYOUT, "generator": generator.VERSION, "products": products, "seed": seed}
    with exclusive_from_the_start(paths):
        if manifest.is_current(paths.catalogue, step=STEP, inputs={}, settings=settings):
            return manifest.read(paths.catalogue)
        summary = ReadSummary(source="generated catalogue")
        made = _counted(generator.generate(products, seed=seed), summary)
        write_catalogue(paths.catalogue, progress(made, doing="drawing products", total=products), summary)
        return manifest.write(paths.catalogue, step=STEP, inputs={}, settings=settings, results=results_of(summary))


def import_catalogue(
    paths: BuildPaths,
    *,
    reader: str,
    source: Path,
    strict: bool = False,
    limit: int | None = None,
    currency: str = "",
    table: TableSettings | None = None,
) -> Manifest:
    """Reads raw files into ``paths.catalogue``, at most ``limit`` products. What was skipped and why is in ``summary.json``.

    ``currency`` is that of prices whose source names none; ``table`` says how the reader of that name reads.

    Raises:
        InputError: when there is no such reader, ``table`` is given to another one, ``limit`` is not above zero, or
            ``currency`` is no ISO 4217 code.
        DataError: when ``source`` is not what the reader expects, holds no product, or (strict) has a faulty row.
        StepError: when another process is changing the catalogue.
    """
    if limit is not None and limit < 1:
        raise InputError("limit", limit, "allowed: 1 and above")
    if not re.fullmatch(r"(?:[A-Z]{3})?", currency):
        raise InputError("currency", currency, "allowed: an ISO 4217 code, for instance EUR")
    using = _reader(reader, table)
    if not source.exists():
        raise DataError(f"{source} does not exist; the {reader} reader wants {using.description}")
    settings = {
        "layout": LAYOUT,
        "reader": reader,
        "source": _fingerprint(source),
        "strict": strict,
        "limit": limit,
        "currency": currency,
        **_table_settings(using),
    }
    with exclusive_from_the_start(paths):
        if manifest.is_current(paths.catalogue, step=STEP, inputs={}, settings=settings):
            return manifest.read(paths.catalogue)
        summary = ReadSummary(source=reader, strict=strict)
        total = using.count(source)
        found = _priced(itertools.islice(using.read(source, summary), limit), currency, summary)
        write_catalogue(
            paths.catalogue, progress(found, doing=f"reading {reader} products", total=min(total, limit or total)), summary
        )
        return manifest.write(paths.catalogue, step=STEP, inputs={}, settings=settings, results=results_of(summary))


def write_catalogue(folder: Path, products: Iterable[tuple[Product, bytes | None]], summary: ReadSummary) -> None:
    """Makes ``folder`` afresh with these products and, once they are all there, their summary.

    What lay there before goes when the first product has come: a source that cannot be read at all costs nothing.

    Raises:
        DataError: when there is no product.
    """
    coming = iter(products)
    first = list(itertools.islice(coming, 1))
    if not first:
        why = "; ".join(
            f"{problem.name}: {len(findings)} (line {findings[0].line}: {findings[0].value!r})"
            for problem, findings in summary.findings.items()
        )
        raise DataError(f"{summary.source} gave no product: {summary.read} rows read, all skipped. {why or 'No row was found'}")
    if folder.exists():
        shutil.rmtree(folder)
    with CatalogueWriter(folder) as writer:
        for product, picture in itertools.chain(first, coming):
            writer.add(product, picture)
    summary.write(folder)


def results_of(summary: ReadSummary) -> dict[str, Any]:
    """The figures for a manifest."""
    problems = {problem.name: len(findings) for problem, findings in summary.findings.items()}
    return {"read": summary.read, "kept": summary.kept, "skipped": summary.skipped, "problems": problems}


def _reader(name: str, table: TableSettings | None) -> Reader:
    if name not in READERS:
        raise InputError("reader", name, f"allowed: {', '.join(READERS)}")
    if table is None:
        return READERS[name]
    if name != TableReader.name:
        raise InputError("reader", name, "columns, pictures and the like can be chosen for the table reader only")
    return TableReader(table)


def _table_settings(reader: Reader) -> dict[str, Any]:
    """What else the table reader's result depends on."""
    if not isinstance(reader, TableReader):
        return {}
    pictures = reader.settings.pictures
    return {"table": reader.settings.as_dict(), "pictures": _fingerprint(pictures) if pictures else ""}


def _priced(
    products: Iterable[tuple[Product, bytes | None]], currency: str, summary: ReadSummary
) -> Iterator[tuple[Product, bytes | None]]:
    """The products, those prices in ``currency`` whose source names none; ``summary`` is told when currencies are mixed."""
    currencies: Counter[str] = Counter()
    for product, picture in products:
        if product.price is not None:
            product = product if product.currency or not currency else replace(product, currency=currency)
            currencies[product.currency] += 1
        yield product, picture
    summary.note_currencies(currencies)


def _counted(products: Iterable[tuple[Product, bytes | None]], summary: ReadSummary) -> Iterator[tuple[Product, bytes | None]]:
    for item in products:
        summary.read += 1
        summary.kept += 1
        yield item


def _fingerprint(source: Path) -> str:
    """SHA-256 over a source: a file's bytes; a folder's names of files, with their contents or, for pictures, sizes."""
    if source.is_file():
        return manifest.sha256(source)
    digest = hashlib.sha256()
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        told = path.stat().st_size if path.suffix.lower() in SUFFIXES else manifest.sha256(path)
        digest.update(f"{path.relative_to(source)} {told}\n".encode())
    return digest.hexdigest()
