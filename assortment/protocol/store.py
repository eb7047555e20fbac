"""A frozen protocol on disk. ``Protocol.open`` refuses a folder that does not match its manifest.

    queries.jsonl      one query a line, dev and test
    judgments.parquet  query, id, grade 1 to 3 (what is absent has grade 0), subtopic (empty: covers none)
    splits.json        product ids of each split; pairs that are never reserved; seed

Grades are derived from attributes, not given by people.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from assortment import manifest
from assortment.catalogue.store import Catalogue
from assortment.errors import DataError
from assortment.protocol.splits import Combination, CombinationRule, Split
from assortment.protocol.wishes import Kind

QUERIES: Final = "queries.jsonl"
JUDGMENTS: Final = "judgments.parquet"
SPLITS_FILE: Final = "splits.json"
SCHEMA: Final = pa.schema([("query", pa.string()), ("id", pa.string()), ("grade", pa.int8()), ("subtopic", pa.string())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One query of the protocol."""

    id: str
    split: Split
    kind: Kind
    open: tuple[str, ...]
    """The facets left open, the main one, which gives the subtopics, first. Empty for unambiguous queries."""
    query: str
    """The text, unique within the protocol."""
    wish: Mapping[str, str]
    """What the text asks for, facet to value."""
    seed_product: str
    """Id of the product that the wish was drawn from."""


def write_queries(folder: Path, queries: Iterable[Query]) -> None:
    """Writes ``queries.jsonl``."""
    lines = [json.dumps({**asdict(query), "wish": dict(query.wish)}, ensure_ascii=False) for query in queries]
    (folder / QUERIES).write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_splits(folder: Path, *, ids: Mapping[Split, Sequence[str]], rule: CombinationRule) -> None:
    """Writes ``splits.json``."""
    content = {"seed": rule.seed, "products": dict(ids), "never_reserved_pairs": sorted(rule.common)}
    (folder / SPLITS_FILE).write_text(json.dumps(content, indent=None, ensure_ascii=False) + "\n", encoding="utf-8")


class Protocol:
    """A frozen protocol, its files checked against the manifest and read on first use."""

    def __init__(self, folder: Path, frozen: manifest.Manifest) -> None:
        """Use ``open``, which verifies the folder."""
        self.folder = folder
        self.manifest = frozen

    @classmethod
    def open(cls, folder: Path) -> Protocol:
        """Opens the protocol in ``folder``.

        Raises:
            ManifestError: when it was never frozen, or a file differs from what was frozen.
            DataError: when the folder is the result of another step.
        """
        frozen = manifest.verify(folder)
        if frozen.step != "protocol":
            raise DataError(f"{folder} holds the result of the step {frozen.step!r}, not a protocol")
        return cls(folder, frozen)

    def queries(self, split: Split) -> list[Query]:
        """The queries of "dev" or "test", in their order."""
        return [query for query in self._queries if query.split == split]

    @cached_property
    def judgments(self) -> Mapping[str, Mapping[str, int]]:
        """Query id to product id to grade, 1 to 3; a product that is missing has grade 0."""
        ids, grades = self._judged.column("id").to_pylist(), self._judged.column("grade").to_pylist()
        return {query: dict(zip(ids[start:end], grades[start:end], strict=True)) for query, start, end in self._ranges}

    @cached_property
    def subtopics(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """Query id to product id to the subtopics it covers; products that cover none are missing."""
        ids, names = self._judged.column("id").to_pylist(), self._judged.column("subtopic").to_pylist()
        return {
            query: {product: (name,) for product, name in zip(ids[start:end], names[start:end], strict=True) if name}
            for query, start, end in self._ranges
        }

    def train_rows(self, catalogue: Catalogue) -> npt.NDArray[np.int64]:
        """Rows of the products that training may take as positives, ascending.

        Raises:
            DataError: when the catalogue lacks a product that the protocol knows: it was frozen for another one.
        """
        return np.sort(np.array([catalogue.row(product) for product in self.products("train")], dtype=np.int64))

    def products(self, split: Split) -> list[str]:
        """Ids of the products whose group lies in ``split``."""
        ids: list[str] = self._splits["products"][split]
        return ids

    def allowed_for_training(self, wish: Mapping[str, str]) -> bool:
        """Whether a training query may name these facets together: no combination of them is reserved for dev or test."""
        return self.rule.split(wish) == "train"

    @cached_property
    def rule(self) -> CombinationRule:
        """Which combinations of attribute values are reserved."""
        common: frozenset[Combination] = frozenset(
            ((one[0], one[1]), (other[0], other[1])) for one, other in self._splits["never_reserved_pairs"]
        )
        return CombinationRule(seed=self._splits["seed"], common=common)

    @cached_property
    def _splits(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.folder / SPLITS_FILE).read_text(encoding="utf-8"))
        return content

    @cached_property
    def _queries(self) -> list[Query]:
        lines = (self.folder / QUERIES).read_text(encoding="utf-8").splitlines()
        records = [json.loads(line) for line in lines]
        return [Query(**{**record, "open": tuple(record["open"])}) for record in records]

    @cached_property
    def _judged(self) -> pa.Table:
        return pq.read_table(self.folder / JUDGMENTS)

    @cached_property
    def _ranges(self) -> list[tuple[str, int, int]]:
        """Each query with its range of rows in the judgments: the rows of a query stand together."""
        encoded = self._judged.column("query").combine_chunks().dictionary_encode()
        codes = np.asarray(encoded.indices)
        starts = np.flatnonzero(np.diff(codes, prepend=-1))
        ends = np.append(starts[1:], len(codes))
        names = encoded.dictionary.to_pylist()
        return [(names[codes[start]], int(start), int(end)) for start, end in zip(starts, ends, strict=True)]
