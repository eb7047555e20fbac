"""The index of one catalogue version: its scorers, and the tables that the server maps rows with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assortment import artefacts
from assortment.catalogue.facets import FacetTable
from assortment.catalogue.product import Product
from assortment.catalogue.titles import normalised_title
from assortment.diversify.facet_vectors import diversity_vectors
from assortment.errors import InputError, StepError
from assortment.serving.product_words import ProductWords, text_of
from assortment.serving.word_list import WordList, counted
from assortment.text import described_text
from assortment_client.contract import STRATEGIES, candidate_key
from export import offer_table, scorer_graph
from export.known_vectors import Fingerprints
from export.scorer_graph import RowTables


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexSettings:
    """What an index answers when a search does not say, and which version it is."""

    version: int
    """Of the catalogue, 1 and above; a later index has a higher one."""
    default_strategy: str = "mmr"
    default_diversity: float = 0.0
    """0 pure relevance to 1 pure diversity."""

    def __post_init__(self) -> None:
        if self.version < 1:
            raise InputError("version", self.version, "allowed: 1 and above")
        if self.default_strategy not in STRATEGIES:
            raise InputError("default_strategy", self.default_strategy, f"allowed: {', '.join(STRATEGIES)}")
        if not 0.0 <= self.default_diversity <= 1.0:
            raise InputError("default_diversity", self.default_diversity, "allowed: 0 to 1")


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputNames:
    """What the numbers of the models' outputs mean."""

    categories: list[str]
    """The classes of INTENT."""
    facets: list[str]
    """The facets of OPEN."""

    @classmethod
    def of_export(cls, folder: Path) -> OutputNames:
        """Of exported models."""
        files = {"categories": artefacts.CATEGORIES, "facets": artefacts.FACETS}
        return cls(**{name: json.loads((folder / file).read_text(encoding="utf-8")) for name, file in files.items()})

    @classmethod
    def of_index(cls, folder: Path) -> OutputNames:
        """Of the models that an index was made with, as ``write_summary`` wrote them."""
        summary = json.loads((folder / artefacts.INDEX).read_text(encoding="utf-8"))
        return cls(categories=summary["categories"], facets=summary["facets"])


def write(
    folder: Path,
    *,
    scoring: Path,
    products: Sequence[Product],
    tables: RowTables,
    fingerprints: Fingerprints,
    names: OutputNames,
    settings: IndexSettings,
) -> None:
    """Writes all files of ``index/<version>/``.

    Raises:
        StepError: when two products have the same candidate key.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scorer_graph.build(folder, scoring, tables, version=settings.version)
    keys = candidate_keys([product.id for product in products])
    np.save(folder / artefacts.KEYS, keys)
    np.save(folder / artefacts.KEY_ORDER, np.argsort(keys, kind="stable"))
    np.save(folder / artefacts.IDS, np.array([product.id.encode() for product in products], dtype=np.bytes_))
    np.save(folder / artefacts.DIVERSITY_VECTORS, diversity_vectors(tables.product_vectors, products))
    write_facets(folder, products)
    write_categories(folder, products)
    offer_table.write(folder, products)
    ProductWords.of(map(text_of, products)).save(folder)
    spellings(products).save(folder, artefacts.SPELLINGS)
    np.save(folder / artefacts.DUPLICATE_CODES, duplicate_codes(products))
    np.save(folder / artefacts.FINGERPRINTS, fingerprints)
    write_summary(folder, num_products=len(products), names=names, settings=settings)


def spellings(products: Sequence[Product]) -> WordList:
    """The words of products; what only descriptions say, two at least, is known and takes no other word's place."""
    described = counted(described_text(product) for product in products)
    known = {word: 0 for word, descriptions in described.items() if descriptions > 1}
    return WordList.of({**known, **counted(map(text_of, products))})


def write_facets(folder: Path, products: Sequence[Product]) -> None:
    """Writes FACET_CODES and FACET_VALUES: what caps count, intents are made of, and results open."""
    table = FacetTable.from_products(products)
    columns = [table.column(facet) for facet in table.facets]
    codes = np.stack([column.codes for column in columns], axis=1) if columns else np.empty((len(products), 0), dtype=np.int32)
    np.save(folder / artefacts.FACET_CODES, codes)
    values = {facet: list(column.values) for facet, column in zip(table.facets, columns, strict=True)}
    (folder / artefacts.FACET_VALUES).write_text(json.dumps(values, ensure_ascii=False) + "\n", encoding="utf-8")


def write_categories(folder: Path, products: Sequence[Product]) -> None:
    """Writes CATEGORY_CODES and CATEGORY_VALUES: the levels of every category path, for filters."""
    code: dict[str, int] = {}
    codes = np.full((len(products), max((len(product.category) for product in products), default=0)), -1, dtype=np.int32)
    for row, product in enumerate(products):
        codes[row, : len(product.category)] = [code.setdefault(level, len(code)) for level in product.category]
    np.save(folder / artefacts.CATEGORY_CODES, codes)
    (folder / artefacts.CATEGORY_VALUES).write_text(json.dumps(list(code), ensure_ascii=False) + "\n", encoding="utf-8")


def duplicate_codes(products: Sequence[Product]) -> npt.NDArray[np.int32]:
    """(N, 2) int32: products with one code in a column are the same article; -1 for none."""
    groups: dict[str, int] = {}
    titles: dict[str, int] = {}
    codes = np.full((len(products), 2), -1, dtype=np.int32)
    for row, product in enumerate(products):
        if product.variant_group:
            codes[row, 0] = groups.setdefault(product.variant_group, len(groups))
        if title := normalised_title(product.title):
            codes[row, 1] = titles.setdefault(title, len(titles))
    return codes


def write_summary(folder: Path, *, num_products: int, names: OutputNames, settings: IndexSettings) -> None:
    """Writes INDEX, the facts that the server reads about the version."""
    summary = {
        "version": settings.version,
        "num_products": num_products,
        "default_strategy": settings.default_strategy,
        "default_diversity": settings.default_diversity,
        "categories": names.categories,
        "facets": names.facets,
    }
    (folder / artefacts.INDEX).write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def candidate_keys(ids: Sequence[str]) -> npt.NDArray[np.int64]:
    """The key of each product id, (N,) int64.

    Raises:
        StepError: when two ids share a key; one in 10^9 catalogues of 200,000 products has such a pair.
    """
    keys = np.array([candidate_key(product_id) for product_id in ids], dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    clashes = np.flatnonzero(np.diff(keys[order]) == 0).tolist()
    if clashes:
        one, other = (ids[int(row)] for row in order[clashes[0] : clashes[0] + 2])
        raise StepError(f"products {one!r} and {other!r} have the same candidate key; rename one of them in the catalogue")
    return keys
