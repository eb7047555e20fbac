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
    fields = {field: torch.from_numpy(np.array(getattr(features, field))) for field in _FIELDS}
    dev_queries, test_queries = _encode(encoder, dev), _encode(encoder, test)
    mixes: dict[str, float] = {}
    for name, vectors in _mixes(fields):
        mixes[name] = dev.measure(nearest(dev_queries, vectors, K))["ndcg@10"]
    best = max(mixes, key=lambda name: mixes[name])
    vectors = dict(_mixes(fields))[best]
    test_rows = nearest(test_queries, vectors, K)
    return ZeroShot(
        mix=best,
        mixes=mixes,
        dev=dev.measure(nearest(dev_queries, vectors, K)),
        test=test.measure(test_rows),
        test_ndcg=dict(zip((query.id for query in test.queries), test.ndcg(test_rows), strict=True)),
        test_ids=test.ids(test_rows),
    )


def _mixes(fields: Mapping[str, Tensor]) -> list[tuple[str, Tensor]]:
    chosen = [names for size in range(1, len(fields) + 1) for names in itertools.combinations(fields, size)]
    return [(" + ".join(names), F.normalize(torch.stack([fields[name] for name in names]).mean(0), dim=-1)) for names in chosen]


@torch.inference_mode()
def _encode(encoder: TextEncoder, queries: QuerySet) -> Tensor:
    """Unit vectors (Q, H) before any projection."""
    return F.normalize(encoder.pool(queries.token_ids, queries.mask), dim=-1)
