"""A new version of an index in which only offers differ: nothing is encoded, the vectors are those of the version before."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from assortment import artefacts, manifest
from assortment.catalogue.offers import COLUMNS, Offer
from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue
from assortment.contract import VECTOR_DIM
from assortment.errors import StepError
from assortment.manifest import Manifest
from assortment.one_at_a_time import exclusive
from assortment.paths import BuildPaths
from assortment.serving.catalogue_tables import ProductTable
from assortment.serving.offers import UNKNOWN_STOCK, Offers
from export import index as indexing
from export import index_versions, offer_table, scorer_graph
from export.assemble import link
from export.index import IndexSettings, OutputNames
from export.index_step import LAYOUT, STEP
from export.inputs import afresh
from export.scorer_graph import RowTables
from training.models import category_ids
from training.scorer import product_features

_REMADE: Final = {
    artefacts.SCORER, artefacts.SCORER_INT8, artefacts.CANDIDATE_SCORER, artefacts.OFFERS, artefacts.INDEX
}  # fmt: skip
_UNKNOWN_SHOWN: Final = 5


def refresh(paths: BuildPaths, offers: Mapping[str, Offer]) -> Manifest:
    """Writes the next ``paths.index/<version>``: the newest one with these offers, which filters, sorting and scorer use.

    Offers of earlier refreshments stay where nothing newer is told. Products that the catalogue does not have are counted in
    the results and otherwise ignored.

    Raises:
        ManifestError: when the newest version is damaged.
        StepError: when there is no version, none of the products is in the catalogue, or the catalogue or the models changed
            since it was indexed.
    """
    with exclusive(paths):
        return _refresh(paths, offers)


def _refresh(paths: BuildPaths, offers: Mapping[str, Offer]) -> Manifest:
    newest = index_versions.newest(paths.index)
    if newest is None:
        raise StepError(f"{paths.index} holds no version to refresh; run `assortment index --catalogue {paths.root.name}` first")
    earlier = paths.index / str(newest)
    told = manifest.verify(earlier)
    if told.settings["layout"] != LAYOUT:
        raise StepError(f"{earlier} is of another release; run `assortment index --catalogue {paths.root.name}` first")
    inputs = {"export": paths.export, "catalogue": paths.catalogue}
    made_from = manifest.fingerprints(inputs)
    if changed := [name for name, mark in made_from.items() if told.inputs[name] != mark]:
        raise StepError(
            f"version {newest} was indexed from another {changed[0]} than {inputs[changed[0]]} holds now. `assortment catalogue "
            f"publish --catalogue {paths.root.name}` serves what is there, with its own prices; after a rollback, import the "
            "earlier products again first"
        )
    started = time.monotonic()
    products = Catalogue.open(paths.catalogue).products
    known = {product.id for product in products}
    unknown = [product_id for product_id in offers if product_id not in known]
    if len(unknown) == len(offers):
        shown = ", ".join(unknown[:_UNKNOWN_SHOWN]) or "no offer at all"
        raise StepError(f"none of the {len(offers):,} offers is of a product of {paths.root.name}: {shown}")
    version = index_versions.next_version(paths)
    folder = paths.index / str(version)
    afresh(folder)
    offered = [offers.get(product.id, Offer()).apply(product) for product in _as_before(products, earlier)]
    _write(folder, paths, earlier, offered, version)
    for name in told.files.keys() & set(artefacts.SCORER_DATA):  # ONNX checks no graph whose data has several links: linked now
        (folder / name).unlink()
    link({name: earlier / name for name in told.files if name not in _REMADE}, folder)
    results: dict[str, Any] = {
        "products": len(products),
        "new": 0,
        "removed": 0,
        "changed": 0,
        "refreshed": len(offers) - len(unknown),
        "unknown": len(unknown),
        "reused": len(products),
        **{name: told.results[name] for name in ("default", "diversity_sweep") if name in told.results},
        "seconds": round(time.monotonic() - started, 1),
    }
    return manifest.write(folder, step=STEP, inputs=made_from, settings={**told.settings, "version": version}, results=results)


def _as_before(products: Sequence[Product], index: Path) -> list[Product]:
    """The products with the offers that an index has, by row."""
    offers = Offers.open(index)
    before = []
    for row, product in enumerate(products):
        values = {name: getattr(offers, name)[row] for name in COLUMNS}
        known = Offer(
            price=None if math.isnan(values["price"]) else float(values["price"]),
            rating=None if math.isnan(values["rating"]) else float(values["rating"]),
            rating_count=int(values["rating_count"]),
            stock=None if values["stock"] == UNKNOWN_STOCK else int(values["stock"]),
        )
        before.append(known.apply(product))
    return before


def _write(folder: Path, paths: BuildPaths, earlier: Path, products: Sequence[Product], version: int) -> None:
    table = ProductTable.open(earlier)
    names = OutputNames.of_index(earlier)
    product_vectors, label_vectors = (
        np.fromfile(earlier / name, dtype=np.float32).reshape(-1, VECTOR_DIM) for name in artefacts.ROW_DATA
    )
    tables = RowTables(
        product_vectors=product_vectors,
        label_vectors=label_vectors,
        categories=category_ids(products, names.categories),
        features=product_features(products),
        places=offer_table.places(products),
    )
    scorer_graph.build(folder, paths.export / artefacts.SCORING, tables, version=version)
    offer_table.write(folder, products)
    settings = IndexSettings(version=version, default_strategy=table.default_strategy, default_diversity=table.default_diversity)
    indexing.write_summary(folder, num_products=len(products), names=names, settings=settings)
