"""The search as a good engineer writes it in a day: sentence-transformers (or its 8-bit twin), NumPy, pyversity.

Encode, scan by cosine, score the nearest, diversify: the candidates of the served ensemble, by libraries. The small parts that no
library has, fusion and the scoring function, run in ONNX Runtime, and words are spelt and compared by the server's own code.
Vectors are memory-mapped, so that several processes share them, and every library has one thread, because a process a core does
better than threads that share one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, Protocol

import numpy as np
import numpy.typing as npt

from assortment import artefacts
from assortment.contract import MAX_QUERY_TOKENS, NUM_BY_WORDS, NUM_RETRIEVED, NUM_SCORED, VECTOR_DIM
from assortment.serving.onnx_session import OnnxSession
from assortment.serving.product_words import ProductWords, words_said
from assortment.serving.spelling import Spelling
from assortment.serving.word_list import WordList
from assortment.serving.words_as_they_stand import less_likely
from assortment.text import TextTokenizer, pad
from perf.peers.material import Material

Vectors = npt.NDArray[np.float32]
Precision = Literal["float32", "int8"]
STRATEGY: Final = "mmr_clipped"
"""Ours that chooses by the same rule as pyversity's MMR."""
DIVERSITY: Final = 0.3


class Encoder(Protocol):
    """Queries to (B, 256) unit rows."""

    def __call__(self, queries: Sequence[str]) -> Vectors:
        """All of them one batch."""
        ...


class Torch:
    """The float32 encoder."""

    def __init__(self, folder: Path) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(1)
        self._model = SentenceTransformer(str(folder), device="cpu")

    def __call__(self, queries: Sequence[str]) -> Vectors:
        """See ``Encoder``."""
        vectors: Vectors = self._model.encode(list(queries), show_progress_bar=False)
        return vectors


class Int8:
    """The 8-bit encoder that the server runs too."""

    def __init__(self, export: Path) -> None:
        self._tokenizer = TextTokenizer(export / artefacts.TOKENIZER, max_tokens=MAX_QUERY_TOKENS)
        self._session = OnnxSession(artefacts.cpu_model(export, artefacts.TEXT_ENCODER))

    def __call__(self, queries: Sequence[str]) -> Vectors:
        """See ``Encoder``."""
        token_ids, mask = pad(self._tokenizer.encode_batch(list(queries)))
        vectors: Vectors = self._session.run({"TOKEN_IDS": token_ids, "MASK": mask})["TEXT_VECTOR"]
        return vectors


class QueryVectors:
    """Queries to QUERY_VECTOR (B, 256) and INTENT (B, C): an encoder, and the fusion of words without a picture."""

    def __init__(self, encoder: Encoder, material: Material) -> None:
        """Loads the fusion."""
        self._encode = encoder
        self._fusion = OnnxSession(material.export / artefacts.FUSION)
        self._num_named = len(json.loads((material.export / artefacts.FACETS).read_text(encoding="utf-8")))

    def __call__(self, queries: Sequence[str]) -> dict[str, Vectors]:
        """All of them one batch."""
        return self._fusion.run(
            {
                "TEXT_VECTOR": self._encode(queries),
                "IMAGE_VECTOR": np.zeros((len(queries), VECTOR_DIM), dtype=np.float32),
                "PRESENCE": np.tile(np.array([1.0, 0.0], dtype=np.float32), (len(queries), 1)),
                "NAMED": np.zeros((len(queries), self._num_named), dtype=np.float32),  # only opens facets: MMR asks for none
            }
        )


class PeerSearch:
    """Queries to product ids."""

    def __init__(self, material: Material, precision: Precision) -> None:
        """Loads everything."""
        index = material.index
        self._vectors = QueryVectors(Torch(material.encoder) if precision == "float32" else Int8(material.export), material)
        self._scoring = OnnxSession(material.export / artefacts.SCORING)
        self._products = np.memmap(index / artefacts.PRODUCT_VECTORS, dtype=np.float32, mode="r").reshape(-1, VECTOR_DIM)
        self._labels = np.memmap(index / artefacts.LABEL_VECTORS, dtype=np.float32, mode="r").reshape(-1, VECTOR_DIM)
        self._diversity = np.load(index / artefacts.DIVERSITY_VECTORS, mmap_mode="r")
        self._ids = np.load(index / artefacts.IDS, mmap_mode="r")
        self._words = ProductWords.open(index, num_rows=len(self._ids))
        spellings = WordList.open(index, artefacts.SPELLINGS)
        self._spelling = Spelling.open(material.export / artefacts.TOKENIZER, self._words, spellings)
        with np.load(material.columns) as columns:
            self._categories, self._features = columns["categories"], columns["features"]

    def __call__(self, queries: Sequence[str], k: int) -> list[list[str]]:
        """Ids of the k products for each query."""
        queries = [self._spelling.correct(query).text for query in queries]
        fused = self._vectors(queries)
        cosine = fused["QUERY_VECTOR"] @ self._products.T  # (B, N)
        return [
            self._page(words_said(query), cosine[i], fused["QUERY_VECTOR"][i : i + 1], fused["INTENT"][i : i + 1], k)
            for i, query in enumerate(queries)
        ]

    def _page(self, said: tuple[str, ...], cosine: Vectors, query: Vectors, intent: Vectors, k: int) -> list[str]:
        import pyversity

        size = min(NUM_RETRIEVED, len(cosine))
        nearest = np.argpartition(cosine, len(cosine) - size)[-size:]
        near = np.union1d(nearest, self._words.find(said, NUM_BY_WORDS))
        rows = {
            "PRODUCT_VECTOR": self._products[near],
            "LABEL_VECTOR": self._labels[near],
            "CATEGORY": self._categories[near],
            "FEATURES": self._features[near],
        }
        columns = {name: values[np.newaxis] for name, values in rows.items()}
        alone = self._scoring.run({"QUERY_VECTOR": query, "INTENT": intent, **columns})["RELEVANCE"][0]
        relevance = less_likely(alone, self._words.shares(said, near.astype(np.int32)))
        best = np.argsort(-relevance)[:NUM_SCORED]
        chosen = pyversity.mmr(
            self._diversity[near[best]], relevance[best] / relevance[best[0]], k, diversity=DIVERSITY
        ).indices  # fmt: skip
        return [str(product_id, "utf-8") for product_id in self._ids[near[best]][chosen]]
