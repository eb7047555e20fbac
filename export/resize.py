"""``python -m export.resize``: a built shop again with another number of products, to measure what size costs.

Fewer products are a seeded sample. More are the shop's own and then jittered copies of them: the copy's vector is turned by a
seeded random direction, everything else but its id is the original's. A query then meets as many near neighbours as a dense
catalogue has, none of them equal. What such a shop answers says nothing about quality.

The models are the shop's own (hard links), and so are its test queries, whose judgments
mean nothing there.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment import artefacts, manifest
from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue
from assortment.errors import AssortmentError, InputError, StepError
from assortment.paths import BuildPaths
from assortment.serving.catalogue_tables import ProductTable
from export import index as indexing
from export import index_versions, offer_table, steps
from export.assemble import link
from export.index import IndexSettings
from export.index_step import LAYOUT, STEP
from export.inputs import afresh, require, verify
from export.known_vectors import KnownVectors
from export.product_encoder import ProductEncoder
from export.scorer_graph import RowTables

SEED: Final = 5
COSINE: Final = 0.9
"""Of a copy to its original: about that of two products of one type and another colour."""
_VERSION: Final = 1
_ROWS_AT_ONCE: Final = 1 << 14


def resize(shop: BuildPaths, target: BuildPaths, num_products: int, *, queue_timeout_ms: int | None = None) -> None:
    """Writes ``target`` as far as its assembled repository; does nothing when it is there.

    Args:
        shop: with finished catalogue, protocol, export and index.
        target: another root; what is there is removed.
        num_products: 1 and above.
        queue_timeout_ms: how long requests may wait in the queues of the new shop's models; as in the source tree by default.
            Longer where every request of a comparison has to be answered.

    Raises:
        InputError: when there are no products to be, no time to wait, or both are the same folder.
        ManifestError: when an input folder is damaged, naming the file.
        StepError: when an input folder is missing or unfinished.
    """
    if num_products < 1:
        raise InputError("products", num_products, "allowed: 1 and above")
    if queue_timeout_ms is not None and queue_timeout_ms < 1:
        raise InputError("queue_timeout_ms", queue_timeout_ms, "allowed: 1 and above")
    if shop.root.resolve() == target.root.resolve():
        raise InputError("to", str(target.root), "allowed: another shop than the one to resize")
    newest = index_versions.newest(shop.index)
    if newest is None:
        raise StepError(f"{shop.index} holds no index; run `assortment index --catalogue {shop.root.name}` first")
    inputs = {"export": shop.export, "index": shop.index / str(newest)}
    settings = {"layout": LAYOUT, "products": num_products, "seed": SEED, "cosine": COSINE}
    folder = target.index / str(_VERSION)
    require(shop, {**inputs, "catalogue": shop.catalogue, "protocol": shop.protocol})
    if not manifest.is_current(folder, step=STEP, inputs=inputs, settings=settings):
        made_from = manifest.fingerprints(inputs)
        verify({**inputs, "catalogue": shop.catalogue})
        afresh(target.root)
        for source, place in ((shop.export, target.export), (shop.protocol, target.protocol)):
            link({str(path.relative_to(source)): path for path in source.rglob("*") if path.is_file()}, place)
        folder.mkdir(parents=True)
        _write_index(shop, inputs["index"], folder, num_products)
        manifest.write(folder, step=STEP, inputs=made_from, settings=settings, results={"products": num_products})
    with tempfile.TemporaryDirectory() as scratch:
        templates = steps.TEMPLATES if queue_timeout_ms is None else _patient(Path(scratch) / "templates", queue_timeout_ms)
        steps.assemble(target, templates=templates)


def _patient(templates: Path, queue_timeout_ms: int) -> Path:
    """A copy of the configurations whose queues wait longer, or less long."""
    shutil.copytree(steps.TEMPLATES, templates)
    for path in templates.rglob("*.pbtxt"):
        told = re.sub(
            r"(default_timeout_microseconds: )\d+", rf"\g<1>{queue_timeout_ms * 1_000}", path.read_text(encoding="utf-8")
        )
        path.write_text(told, encoding="utf-8")
    return templates


def _write_index(shop: BuildPaths, index: Path, folder: Path, num_products: int) -> None:
    catalogue, default = Catalogue.open(shop.catalogue), ProductTable.open(index)
    known = ProductEncoder(shop.export).encode(catalogue, KnownVectors.open(index))
    rows = chosen_rows(len(catalogue), num_products)
    products = _copies(catalogue.products, rows)
    tables = known.tables
    indexing.write(
        folder,
        scoring=shop.export / artefacts.SCORING,
        products=products,
        tables=RowTables(
            product_vectors=jittered(tables.product_vectors, rows),
            label_vectors=tables.label_vectors[rows],
            categories=tables.categories[rows],
            features=tables.features[rows],
            places=offer_table.places(products),
        ),
        fingerprints=known.fingerprints[rows],
        names=known.names,
        settings=IndexSettings(
            version=_VERSION, default_strategy=default.default_strategy, default_diversity=default.default_diversity
        ),
    )


def chosen_rows(num_known: int, num_products: int) -> npt.NDArray[np.int64]:
    """(num_products,) row of the original that each product is or copies: a sorted sample, or all of them again and again."""
    if num_products < num_known:
        return np.sort(np.random.default_rng(SEED).choice(num_known, num_products, replace=False))
    return np.arange(num_products) % num_known


def jittered(vectors: npt.NDArray[np.float32], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Unit rows (N, D): ``vectors[rows]``, and where a row comes again, turned to a cosine of COSINE with it on average.

    The noise is normal with a length of sqrt(1 / COSINE^2 - 1) beside the original's 1; in high dimensions it stands at right
    angles to it, so that the cosine is COSINE.
    """
    noise_length = np.float32(np.sqrt(1.0 / COSINE**2 - 1.0))
    generator = np.random.default_rng(SEED)
    turned = vectors[rows]
    for start in range(len(vectors), len(rows), _ROWS_AT_ONCE):
        block = turned[start : start + _ROWS_AT_ONCE]
        block += generator.standard_normal(block.shape, dtype=np.float32) * (noise_length / np.float32(np.sqrt(block.shape[1])))
        block /= np.linalg.norm(block, axis=1, keepdims=True)
    return turned


def _copies(products: Sequence[Product], rows: npt.NDArray[np.int64]) -> list[Product]:
    """The first of each keeps its id, copies get a number behind it."""
    times: dict[int, int] = {}
    copies: list[Product] = []
    for row in rows.tolist():
        time = times[row] = times.get(row, -1) + 1
        copies.append(replace(products[row], id=f"{products[row].id}~{time}") if time else products[row])
    return copies


def main(argv: list[str] | None = None) -> int:
    """Resizes one shop and returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m export.resize", description="A built shop again with another number of products."
    )
    parser.add_argument("--catalogue", default="generated", help="a shop with an index")
    parser.add_argument("--build", type=Path, default=Path("build"), help="folder of all outputs")
    parser.add_argument("--products", type=int, required=True, help="how many the new shop has")
    parser.add_argument("--queue-timeout-ms", type=int, help="time that requests may wait in its queues, other than the usual")
    parser.add_argument("--to", required=True, help="name of the new shop under --build")
    args = parser.parse_args(argv)
    try:
        shop, target = (BuildPaths(args.build / name) for name in (args.catalogue, args.to))
        resize(shop, target, args.products, queue_timeout_ms=args.queue_timeout_ms)
    except AssortmentError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
