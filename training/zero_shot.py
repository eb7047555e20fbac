"""The baseline: the untrained text encoder over the same fields, with the best simple mix chosen on dev.

Every product field (title, attribute sentence, the text that the product tower reads) has the frozen encoder's vector; a mix
is the normalised mean of some of them. Queries are encoded by the same frozen encoder; similarity is the cosine.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from training.dev_ranking import K, QuerySet, nearest
from training.features import Features
from training.text_encoder import TextEncoder

FILENAME: Final = "zero_shot.json"
_FIELDS: Final = ("title", "attributes", "product_text")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroShot:
    """What the untrained encoder reaches."""

    mix: str
    """The best mix on dev, for instance "title + attributes"."""
    mixes: Mapping[str, float]
    """Dev ndcg@10 of every mix tried."""
    dev: Mapping[str, float]
    """Mean measures on the dev queries."""
    test: Mapping[str, float]
    """Mean measures on the test queries."""
    test_ndcg: Mapping[str, float]
    """ndcg@10 of each test query, by its id."""
    test_ids: Mapping[str, list[str]]
    """The ten best product ids of each test query, by its id."""

    def write(self, folder: Path) -> None:
        """Writes ``zero_shot.json``."""
        content: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        (folder / FILENAME).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def evaluate(encoder: TextEncoder, features: Features, dev: QuerySet, test: QuerySet) -> ZeroShot:
    """Tries every mix on dev and measures the best one on test. ``encoder`` is the frozen one."""
    dev_queries, test_queries = encode_queries(encoder, dev), encode_queries(encoder, test)
    tried = mixes(features)
    figures = {name: dev.measure(nearest(dev_queries, vectors, K)) for name, vectors in tried.items()}
    best = max(figures, key=lambda name: figures[name]["ndcg@10"])
    test_rows = nearest(test_queries, tried[best], K)
    return ZeroShot(
        mix=best,
        mixes={name: measured["ndcg@10"] for name, measured in figures.items()},
        dev=figures[best],
        test=test.measure(test_rows),
        test_ndcg=dict(zip((query.id for query in test.queries), test.ndcg(test_rows), strict=True)),
        test_ids=test.ids(test_rows),
    )


def mixes(features: Features) -> dict[str, Tensor]:
    """Every mix of the fields of a catalogue's products, see ``mixes_of``."""
    return mixes_of({field: torch.from_numpy(np.array(getattr(features, field))) for field in _FIELDS})


def mixes_of(fields: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Every mix of fields, "title + attributes", to the products' unit vectors (N, H); ``fields`` are (N, H) by name."""
    chosen = [names for size in range(1, len(fields) + 1) for names in itertools.combinations(fields, size)]
    return {" + ".join(names): F.normalize(torch.stack([fields[name] for name in names]).mean(0), dim=-1) for names in chosen}


@torch.inference_mode()
def encode_queries(encoder: TextEncoder, queries: QuerySet) -> Tensor:
    """Unit vectors (Q, H) before any projection."""
    return F.normalize(encoder.pool(queries.token_ids, queries.mask), dim=-1)
