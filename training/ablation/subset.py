"""A fixed part of a catalogue with a protocol of its own, small enough to train on many times."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from assortment import manifest
from assortment.catalogue.product import Product
from assortment.catalogue.progress import progress
from assortment.catalogue.store import Catalogue, CatalogueWriter
from assortment.errors import InputError
from assortment.paths import BuildPaths
from assortment.protocol.steps import ENOUGH_PRODUCTS, freeze

STEP: Final = "subset"


def cut(catalogue: Path, target: BuildPaths, *, products: int) -> None:
    """Writes about ``products`` of a catalogue's products into ``target``, and freezes their queries; nothing when it is current.

    Whole variant groups, those whose hash is lowest: the same products on every machine, whatever their order.

    Raises:
        InputError: when ``products`` are too few for a protocol.
        ManifestError: when the catalogue does not match its manifest.
    """
    if products < ENOUGH_PRODUCTS:
        raise InputError("--products", products, f"allowed: {ENOUGH_PRODUCTS} and above")
    if not is_current(catalogue, target, products=products):
        made_from = manifest.fingerprints({"catalogue": catalogue})
        manifest.verify(catalogue)
        whole = Catalogue.open(catalogue)
        (target.catalogue / manifest.FILENAME).unlink(missing_ok=True)
        rows = _chosen(whole.products, products)
        with CatalogueWriter(target.catalogue) as writer:
            for row in progress(rows, doing="cutting out a part", total=len(rows)):
                product = whole.products[row]
                writer.add(product, whole.picture(product))
        settings, results = {"products": products}, {"products": len(rows)}
        manifest.write(target.catalogue, step=STEP, inputs=made_from, settings=settings, results=results)
    freeze(target)


def is_current(catalogue: Path, target: BuildPaths, *, products: int) -> bool:
    """Whether ``target`` has this part of the catalogue."""
    return manifest.is_current(target.catalogue, step=STEP, inputs={"catalogue": catalogue}, settings={"products": products})


def _chosen(products: list[Product], number: int) -> list[int]:
    """Rows in the catalogue's order."""
    groups: dict[str, list[int]] = {}
    for row, product in enumerate(products):
        groups.setdefault(product.variant_group or product.id, []).append(row)
    chosen: list[int] = []
    for name in sorted(groups, key=_hash):
        if len(chosen) >= number:
            break
        chosen += groups[name]
    return sorted(chosen)


def _hash(name: str) -> bytes:
    return hashlib.blake2b(name.encode(), digest_size=8).digest()
