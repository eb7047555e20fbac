"""Judged products in the order in which exported models, or the untrained encoder, would show them.

Only the judged products are encoded, so that this takes a minute for a catalogue of any size. Prices and ratings are standardised
over the whole catalogue, as in its index, and words counted there: products come in the order of the server's ``rerank``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch

from assortment import artefacts
from assortment.catalogue.store import Catalogue, CatalogueWriter
from assortment.contract import MAX_PRODUCT_TOKENS, MAX_QUERY_TOKENS, VECTOR_DIM
from assortment.serving.onnx_session import OnnxSession
from assortment.serving.prepare import PrepareStep, tensors_of
from assortment.serving.product_words import ProductWords, text_of, words_said
from assortment.serving.request import SearchRequest
from assortment.serving.spelling import Spelling
from assortment.serving.words_as_they_stand import less_likely
from assortment.text import TOKENIZER_FILE, TextTokenizer
from export import scorer_graph
from export.index import spellings
from export.product_encoder import ProductEncoder
from training import backbones
from training.features import FIELDS
from training.scorer import product_features
from training.text_encoder import TextEncoder
from training.text_features import encode_texts
from training.zero_shot import mixes_of

_VERSION: Final = 1  # of a catalogue that nobody is served

Relevance = npt.NDArray[np.float32]
"""(Q, R): of every judged product for every query."""


def of_models(export: Path, catalogue: Catalogue, rows: Sequence[int], queries: Sequence[str], *, threads: int) -> Relevance:
    """Relevance by the models of an ``export`` folder, its own catalogue's or another's.

    Args:
        export: what ``assortment export`` wrote.
        catalogue: the products.
        rows: which of them were judged.
        queries: the texts.
        threads: of ONNX Runtime.

    Raises:
        InputError: for a query that the server would refuse.
        StepError: when a model is missing or damaged.
    """
    with tempfile.TemporaryDirectory() as folder:
        part = _cut(catalogue, rows, Path(folder) / "catalogue")
        tables = ProductEncoder(export, threads=threads).encode(part).tables
        tables = replace(tables, features=product_features(catalogue.products)[rows])
        scorer_graph.build(Path(folder), export / artefacts.SCORING, tables, version=_VERSION)
        scorer = OnnxSession(Path(folder) / artefacts.CANDIDATE_SCORER, threads=threads)
        text_encoder = OnnxSession(artefacts.cpu_model(export, artefacts.TEXT_ENCODER), threads=threads)
        fusion = OnnxSession(export / artefacts.FUSION, threads=threads)
        every_row = np.arange(len(rows), dtype=np.int32)[np.newaxis]
        words, judged = ProductWords.of(map(text_of, catalogue.products)), np.array(rows, dtype=np.int32)
        spelling = Spelling.open(export / artefacts.TOKENIZER, words, spellings(catalogue.products))
        queries = [spelling.correct(query).text for query in queries]
        relevance = np.empty((len(queries), len(rows)), dtype=np.float32)
        for place, prepared in enumerate(PrepareStep(export / artefacts.TOKENIZER).run([_asked(query) for query in queries])):
            if not isinstance(prepared, dict):
                raise prepared
            no_image = np.zeros((1, VECTOR_DIM), dtype=np.float32)
            fused = fusion.run({**prepared, **text_encoder.run(prepared), "IMAGE_VECTOR": no_image})
            shares = words.shares(words_said(queries[place]), judged)
            relevance[place] = less_likely(scorer.run({**fused, "ROW": every_row})["RELEVANCE"][0], shares)
    return relevance


def of_untrained(text_backbone: str, catalogue: Catalogue, rows: Sequence[int], queries: Sequence[str]) -> dict[str, Relevance]:
    """Cosines of the text encoder as it comes, by the fields of products that are mixed: "title + attributes"."""
    backbone = backbones.load_text(text_backbone)
    encoder = TextEncoder(backbone.model, hidden_size=backbone.model.config.hidden_size).eval()
    products = [catalogue.products[row] for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / TOKENIZER_FILE).write_text(backbone.tokenizer_json, encoding="utf-8")
        of_product = TextTokenizer(Path(folder), max_tokens=MAX_PRODUCT_TOKENS)
        of_query = TextTokenizer(Path(folder), max_tokens=MAX_QUERY_TOKENS)
    asked = encode_texts(encoder, of_query, queries, precision="auto")
    fields = {
        name: torch.from_numpy(encode_texts(encoder, of_product, [text_of(product) for product in products], precision="auto"))
        for name, text_of in FIELDS.items()
    }
    return {name: asked @ vectors.numpy().T for name, vectors in mixes_of(fields).items()}


def _asked(query: str) -> dict[str, npt.NDArray[np.generic]]:
    return tensors_of(SearchRequest(query=query))


def _cut(catalogue: Catalogue, rows: Sequence[int], folder: Path) -> Catalogue:
    """A catalogue of some rows of another, in their order."""
    with CatalogueWriter(folder) as writer:
        for row in rows:
            writer.add(catalogue.products[row], catalogue.picture(catalogue.products[row]))
    return Catalogue.open(folder)
