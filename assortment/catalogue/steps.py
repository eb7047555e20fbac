"""The catalogue step: raw files, or nothing at all, to the folder every later step reads."""

from __future__ import annotations

import hashlib
import itertools
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from assortment import manifest
from assortment.catalogue.generated import generator
from assortment.catalogue.product import Product
from assortment.catalogue.progress import progress
from assortment.catalogue.readers import READERS
from assortment.catalogue.store import CatalogueWriter
from assortment.catalogue.summary import ReadSummary
from assortment.errors import DataError, InputError
from assortment.manifest import Manifest
from assortment.paths import BuildPaths

STEP: Final = "catalogue"
DEFAULT_PRODUCTS: Final = 6_400
DEFAULT_SEED: Final = 7
_LAYOUT: Final = 2  # of the folder; a higher number makes every catalogue afresh


def generate(paths: BuildPaths, *, products: int = DEFAULT_PRODUCTS, seed: int = DEFAULT_SEED) -> Manifest:
    """Makes the built-in catalogue in ``paths.catalogue``: the same bytes for the same size and seed.

    Raises:
        InputError: when ``products`` is below the smallest size that has every type.
    """
    generator.check_size(products)
    settings = {"layout": _LAYOUT, "generator": generator.VERSION, "products": products, "seed": seed}
    if manifest.is_current(paths.catalogue, step=STEP, inputs={}, settings=settings):
        return manifest.read(paths.catalogue)
    summary = ReadSummary(source="generated catalogue")
    made = _counted(generator.generate(products, seed=seed), summary)
    _write(paths.catalogue, progress(made, doing="drawing products", total=products), summary)
    return manifest.write(paths.catalogue, step=STEP, inputs={}, settings=settings, results=_results(summary))


def import_catalogue(paths: BuildPaths, *, reader: str, source: Path, strict: bool = False, limit: int | None = None) -> Manifest:
    """Reads raw files into ``paths.catalogue``, at most ``limit`` products. What was skipped and why is in ``summary.json``.

    Raises:
        InputError: when there is no such reader, or ``limit`` is not above zero.
        DataError: when ``source`` is not what the reader expects, holds no product, or (strict) has a faulty row.
    """
    if reader not in READERS:
        raise InputError("reader", reader, f"allowed: {', '.join(READERS)}")
    if limit is not None and limit < 1:
        raise InputError("limit", limit, "allowed: 1 and above")
    if not source.is_dir():
        raise DataError(f"{source} is no folder; the {reader} reader wants {READERS[reader].description}")
    settings = {"layout": _LAYOUT, "reader": reader, "source": _fingerprint(source), "strict": strict, "limit": limit}
    if manifest.is_current(paths.catalogue, step=STEP, inputs={}, settings=settings):
        return manifest.read(paths.catalogue)
    summary = ReadSummary(source=reader, strict=strict)
    total = READERS[reader].count(source)
    found = itertools.islice(READERS[reader].read(source, summary), limit)
    _write(paths.catalogue, progress(found, doing=f"reading {reader} products", total=min(total, limit or total)), summary)
    if not summary.kept:
        raise DataError(
            f"{source} gave no product: {summary.read} rows read, all skipped; see {paths.catalogue / 'summary.json'}"
        )
    return manifest.write(paths.catalogue, step=STEP, inputs={}, settings=settings, results=_results(summary))


def _write(folder: Path, products: Iterable[tuple[Product, bytes | None]], summary: ReadSummary) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    with CatalogueWriter(folder) as writer:
        for product, picture in products:
            writer.add(product, picture)
    summary.write(folder)


def _counted(products: Iterable[tuple[Product, bytes | None]], summary: ReadSummary) -> Iterator[tuple[Product, bytes | None]]:
    for item in products:
        summary.read += 1
        summary.kept += 1
        yield item


def _results(summary: ReadSummary) -> dict[str, Any]:
    problems = {problem.name: len(findings) for problem, findings in summary.findings.items()}
    return {"read": summary.read, "kept": summary.kept, "skipped": summary.skipped, "problems": problems}


def _fingerprint(source: Path) -> str:
    """SHA-256 over the names of a source's files, with the contents of those at its top and the sizes of the rest (pictures)."""
    digest = hashlib.sha256()
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        told = manifest.sha256(path) if path.parent == source else path.stat().st_size
        digest.update(f"{path.relative_to(source)} {told}\n".encode())
    return digest.hexdigest()
