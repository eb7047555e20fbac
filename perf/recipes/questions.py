"""What every way is asked: words, pictures, words with candidates, and products, prepared as the server prepares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue
from assortment.serving.pipeline import Pipeline
from assortment.serving.prepare_product import PrepareProductStep
from assortment.serving.request import ProductRequest, SearchRequest
from assortment.serving.step import Tensors
from assortment.text import product_text
from assortment_client.contract import DEFAULT_K, MAX_K, MAX_LABELS, candidate_key

_EVERY_VARIANT: Final = '{"collapse": false}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """The same for everybody."""

    texts: Sequence[str]
    pictures: Sequence[bytes]
    """Encoded, of products spread over the catalogue."""
    words: Sequence[Tensors]
    """Of each text, every tensor from TOKEN_IDS to OPTIONS."""
    shown: Sequence[Tensors]
    """The same of each picture."""
    candidates: Sequence[Sequence[str]]
    """Of each text, ids of products that a caller has ranked: MAX_K of them, or all there are, other ones for each text."""
    reranked: Sequence[Tensors]
    """Tensors of each text with its candidates, none of which is collapsed into another."""
    embedded: Sequence[ProductRequest]
    """Products with the same pictures."""
    products: Sequence[Tensors]
    """TOKEN_IDS, MASK, PIXELS, PRESENCE and LABEL_ID of each of them."""


def prepare(texts: Sequence[str], catalogue: Catalogue, pipeline: Pipeline, export: Path, *, number: int) -> Questions:
    """Prepares ``number`` queries of each kind, or as many as there are.

    Args:
        texts: queries in words.
        catalogue: whose products are shown and embedded.
        pipeline: of this catalogue; its steps prepare and complete the tensors.
        export: folder with the tokenizer and labels.
        number: of each kind.
    """
    texts = texts[:number]
    pictured = [row for row, product in enumerate(catalogue.products) if product.picture]
    rows = [pictured[place] for place in np.linspace(0, len(pictured) - 1, min(number, len(pictured))).astype(int)]
    pictures = {row: data for row in rows if (data := catalogue.picture(catalogue.products[row])) is not None}
    asked = [SearchRequest(query=text, k=DEFAULT_K, diversity=0.0) for text in texts]
    shown = [SearchRequest(picture=picture, k=DEFAULT_K, diversity=0.0) for picture in pictures.values()]
    candidates = [_spread(catalogue.products, first) for first in range(len(texts))]
    reranked = [_rerank(text, ids) for text, ids in zip(texts, candidates, strict=True)]
    embedded = [_request(catalogue.products[row], picture) for row, picture in pictures.items()]
    step = PrepareProductStep(export)
    return Questions(
        texts=texts,
        pictures=list(pictures.values()),
        words=[pipeline.score([request])[0] for request in asked],
        shown=[pipeline.score([request])[0] for request in shown],
        candidates=candidates,
        reranked=[pipeline.score([request])[0] for request in reranked],
        embedded=embedded,
        products=[step.prepare(request) for request in embedded],
    )


def _spread(products: Sequence[Product], first: int) -> list[str]:
    """Ids of products at even distances, from the ``first`` on."""
    num = min(MAX_K, len(products))
    return [products[(first + place * len(products) // num) % len(products)].id for place in range(num)]


def _rerank(text: str, ids: Sequence[str]) -> SearchRequest:
    keys = np.array([candidate_key(product_id) for product_id in ids], dtype=np.int64)
    return SearchRequest(query=text, candidates=keys, k=len(ids), diversity=0.0, rules=_EVERY_VARIANT)


def _request(product: Product, picture: bytes) -> ProductRequest:
    return ProductRequest(text=product_text(product), picture=picture, labels=tuple(product.labels()[:MAX_LABELS]))
