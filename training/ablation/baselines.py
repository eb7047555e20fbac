"""What needs no training: chance, words (BM25), and the untrained encoder, over the same fields and over the title alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

import bm25s
import numpy as np
import torch

from assortment.catalogue.product import Product
from assortment.text import normalise, product_text
from training.dev_ranking import K, QuerySet, nearest
from training.features import Features
from training.text_encoder import TextEncoder
from training.zero_shot import encode_queries, mixes

_NO_STOP_WORDS: Final[list[str]] = []  # "for men" matters here


def rankings(
    products: Sequence[Product], features: Features, encoder: TextEncoder, asked: Mapping[str, QuerySet], *, decides: str
) -> dict[str, dict[str, torch.Tensor]]:
    """Baseline to set of queries to rows (Q, K), best first.

    The mix of the untrained encoder's vectors is the one that does best on the set that ``decides``.
    """
    untrained = {name: encode_queries(encoder, queries) for name, queries in asked.items()}
    tried = mixes(features)
    best = max(tried, key=lambda mix: asked[decides].measure(nearest(untrained[decides], tried[mix], K))["ndcg@10"])
    return {
        "random": {name: _random(len(products), queries) for name, queries in asked.items()},
        "BM25, title": {name: _bm25([product.title for product in products], queries) for name, queries in asked.items()},
        "BM25, the same fields": {
            name: _bm25([product_text(product) for product in products], queries) for name, queries in asked.items()
        },
        "untrained encoder, title": {name: nearest(vectors, tried["title"], K) for name, vectors in untrained.items()},
        "untrained encoder, the same fields": {name: nearest(vectors, tried[best], K) for name, vectors in untrained.items()},
    }


def _random(num_products: int, queries: QuerySet) -> torch.Tensor:
    generator = np.random.default_rng(0)
    return torch.from_numpy(np.stack([generator.choice(num_products, K, replace=False) for _ in queries.queries]))


def _bm25(texts: Sequence[str], queries: QuerySet) -> torch.Tensor:
    """Rows (Q, K) by Lucene's BM25 with its usual k1 of 1.5 and b of .75, on lower-case words."""
    index = bm25s.BM25()
    index.index(_tokens(texts), show_progress=False)
    found, _ = index.retrieve(_tokens([query.query for query in queries.queries]), k=K, show_progress=False)
    return torch.from_numpy(np.asarray(found, dtype=np.int64))


def _tokens(texts: Sequence[str]) -> list[list[str]]:
    lowered = [normalise(text).lower() for text in texts]
    tokens = bm25s.tokenize(lowered, stopwords=_NO_STOP_WORDS, return_ids=False, show_progress=False)
    return cast(list[list[str]], tokens)  # what return_ids=False gives
