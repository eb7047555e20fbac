"""The step ``protocol``: freezes the queries, derived judgments and splits of a catalogue before anything is trained."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from assortment import manifest
from assortment.catalogue.facets import FacetTable
from assortment.catalogue.product import Product
from assortment.catalogue.progress import progress
from assortment.catalogue.store import Catalogue
from assortment.errors import StepError
from assortment.paths import BuildPaths
from assortment.protocol import lexicon
from assortment.protocol.asking import Asked, ask, judge
from assortment.protocol.splits import SPLITS, CombinationRule, Split, common_pairs, group_products, split_groups
from assortment.protocol.store import JUDGMENTS, write_queries, write_splits
from assortment.protocol.wishes import WishDrafter

DEFAULT_SEED: Final = 20
NUM_QUERIES: Final[dict[Split, int]] = {"dev": 150, "test": 300}
ENOUGH_PRODUCTS: Final = 800
"""Gave some queries of every split in every catalogue that was tried: generated, fashion, luma."""
LAYOUT: Final = 3
"""Version of the rules of this room; raised when a change makes a frozen protocol outdated."""


def freeze(paths: BuildPaths, *, seed: int = DEFAULT_SEED) -> manifest.Manifest:
    """Writes ``paths.protocol`` from ``paths.catalogue``; does nothing when it is current. The same seed gives the same bytes.

    Raises:
        ManifestError: when the catalogue does not match its manifest.
        StepError: when there is no catalogue, or it gives no query for one of the splits; most often it has too few products.
    """
    catalogue = Catalogue.open(paths.catalogue)
    inputs = {"catalogue": paths.catalogue}
    settings = {"layout": LAYOUT, "seed": seed, "queries": NUM_QUERIES, "lexicon": manifest.sha256(lexicon.LEXICON_FILE)}
    if manifest.is_current(paths.protocol, step="protocol", inputs=inputs, settings=settings):
        return manifest.read(paths.protocol)
    made_from = manifest.fingerprints(inputs)
    manifest.verify(paths.catalogue)
    products = catalogue.products
    table = FacetTable.from_products(products)
    groups = group_products(products, picture_digests(catalogue))
    split_of = split_groups(products, groups, seed=seed)
    rule = CombinationRule(seed=seed, common=common_pairs(table))

    asked: list[Asked] = []
    texts: set[str] = set()
    results: dict[str, Any] = {"groups": _group_figures(groups.tolist(), split_of)}
    for split, number in NUM_QUERIES.items():
        drafter = WishDrafter(table=table, rule=rule, split=split, random=random.Random(f"{seed}|{split}"))
        rows = [row for row, found in enumerate(split_of) if found == split]
        found = ask(drafter, products, rows, number, texts)
        asked += found
        results[split] = _query_figures(found, number, drafter.rejected)
        if not found:
            raise StepError(_too_small(paths, len(products), split, drafter.rejected))
    judgments = pa.concat_tables([judge(one, products, table) for one in asked])
    results["judgments"] = len(judgments)

    paths.protocol.mkdir(parents=True, exist_ok=True)
    (paths.protocol / manifest.FILENAME).unlink(missing_ok=True)
    write_queries(paths.protocol, [one.query for one in asked])
    pq.write_table(judgments, paths.protocol / JUDGMENTS, compression="zstd")
    write_splits(paths.protocol, ids={split: _ids(products, split_of, split) for split in SPLITS}, rule=rule)
    return manifest.write(paths.protocol, step="protocol", inputs=made_from, settings=settings, results=results)


def picture_digests(catalogue: Catalogue) -> list[str]:
    """A hash of each product's picture bytes, empty where there is none."""
    pictures = catalogue.iter_pictures(range(len(catalogue)))
    shown = progress(pictures, doing="hashing pictures", total=len(catalogue))
    return ["" if picture is None else hashlib.blake2b(picture, digest_size=16).hexdigest() for picture in shown]


def _too_small(paths: BuildPaths, num_products: int, split: Split, rejected: Counter[str]) -> str:
    reasons = ", ".join(f"{number} because of {reason}" for reason, number in rejected.most_common(3)) or "no facets to name"
    return (
        f"{paths.catalogue}: its {num_products:,} products give no {split} query (wishes were rejected, {reasons}). Queries are "
        "derived from products that share a type and further facets such as brand, colour or gender, and both training and "
        f"measuring need some: {ENOUGH_PRODUCTS} products with such facets are enough, fewer may be. Merge the catalogue with "
        "others (`assortment catalogue merge`), or take the models of another one (`assortment shop NAME --models-of OTHER`)"
    )


def _ids(products: Sequence[Product], split_of: Sequence[Split], split: Split) -> list[str]:
    return [product.id for product, found in zip(products, split_of, strict=True) if found == split]


def _group_figures(groups: Sequence[int], split_of: Sequence[Split]) -> dict[str, Any]:
    sizes = Counter(groups)
    return {"number": len(sizes), "largest": max(sizes.values(), default=0), "products": dict(Counter(split_of))}


def _query_figures(asked: Sequence[Asked], wanted: int, rejected: Counter[str]) -> dict[str, Any]:
    queries = [one.query for one in asked]
    return {
        "wanted": wanted,
        "kept": len(queries),
        "kinds": dict(Counter(query.kind for query in queries)),
        "main_open_facet": dict(Counter(query.open[0] for query in queries if query.open)),
        "also_open_facet": dict(Counter(facet for query in queries for facet in query.open[1:])),
        "with_held_out_word": sum(bool(lexicon.test_words_in(query.query)) for query in queries),
        "rejected_drafts": dict(rejected.most_common()),
    }
