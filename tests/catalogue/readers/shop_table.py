"""Writes a shop's table as people write theirs, and reads it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from assortment.catalogue.product import Product
from assortment.catalogue.readers.table import TableReader
from assortment.catalogue.readers.table_columns import TableSettings
from assortment.catalogue.summary import ReadSummary


def read(path: Path, **settings: Any) -> tuple[list[Product], ReadSummary]:
    summary = ReadSummary(source=path.name)
    return [product for product, _ in TableReader(TableSettings(**settings)).read(path, summary)], summary


def csv(folder: Path, text: str) -> Path:
    (folder / "shop.csv").write_text(text, encoding="utf-8")
    return folder / "shop.csv"


def jsonl(folder: Path, *rows: object, name: str = "shop.jsonl") -> Path:
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return folder / name
