"""Whether every way gives the same vectors, the same relevance and the same first page; see ``ways``.

Vectors are held against PyTorch's, and so is the relevance of every candidate that a rerank is given. Pages come of the same
scorers and diversifier behind every way, at diversity 0, so that only the models in question can make them differ; a served page
is what the public ensemble answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from assortment.catalogue.progress import progress
from assortment.contract import VECTOR_DIM
from assortment.serving.step import Tensors
from assortment_client import SearchClient
from assortment_client.contract import DEFAULT_K, RELEVANCE
from export.precision.tolerances import TOLERANCES, Deviation, deviation
from perf import agreement
from perf.agreement import Agreement
from perf.recipes.questions import Questions
from perf.recipes.ranker import Ranker
from perf.recipes.ways import Way

VECTORS: Final = ("TEXT_VECTOR", "IMAGE_VECTOR", "QUERY_VECTOR", "PRODUCT_VECTOR", RELEVANCE)
_DEADLINE_S: Final = 10.0

Pages = list[list[str]]
"""Product ids, the first DEFAULT_K of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What one way answers."""

    vectors: Mapping[str, npt.NDArray[np.float32]]
    """Of VECTORS, (B, 256) each; query vectors are of the words. RELEVANCE is (B, candidates), of reranks."""
    word_pages: Pages
    picture_pages: Pages
    rerank_pages: Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Congruence:
    """How far one way is from PyTorch."""

    way: str
    precision: str
    vectors: Mapping[str, Deviation]
    """By tensor."""
    word_pages: Agreement
    picture_pages: Agreement
    rerank_pages: Agreement

    @property
    def within(self) -> bool:
        """Whether every vector keeps to the tolerances of the way's precision."""
        return all(found.within(TOLERANCES[self.precision]) for found in self.vectors.values())


def answers(way: Way, questions: Questions, ranker: Ranker) -> Answers:
    """Everything that is asked, one at a time, through the models of a way."""
    parts: dict[str, list[Any]] = {name: [] for name in VECTORS}
    word_pages: Pages = []
    picture_pages: Pages = []
    rerank_pages: Pages = []
    for tensors in progress(questions.words, doing=f"words, {way.name}", total=len(questions.words)):
        fused = _of_words(way, tensors)
        parts["TEXT_VECTOR"].append(fused["TEXT_VECTOR"])
        parts["QUERY_VECTOR"].append(fused["QUERY_VECTOR"])
        word_pages.append(ranker.page(fused).ids)
    for tensors in progress(questions.shown, doing=f"pictures, {way.name}", total=len(questions.shown)):
        encoded = {**tensors, **way.models["text_encoder"](tensors), **way.models["image_encoder"](tensors)}
        parts["IMAGE_VECTOR"].append(encoded["IMAGE_VECTOR"])
        picture_pages.append(ranker.page({**encoded, **way.models["fusion"](encoded)}).ids)
    given = zip(questions.reranked, questions.candidates, strict=True)
    for tensors, candidates in progress(given, doing=f"candidates, {way.name}", total=len(questions.reranked)):
        page = ranker.page(_of_words(way, tensors))
        parts[RELEVANCE].append(_in_order(candidates, dict(zip(page.ids, page.relevance.tolist(), strict=True))))
        rerank_pages.append(page.ids[:DEFAULT_K])
    for tensors in progress(questions.products, doing=f"products, {way.name}", total=len(questions.products)):
        encoded = {**tensors, **way.models["product_text_encoder"](tensors), **way.models["image_encoder"](tensors)}
        parts["PRODUCT_VECTOR"].append(way.models["product_fusion"](encoded)["PRODUCT_VECTOR"])
    vectors = {name: np.concatenate(rows) for name, rows in parts.items() if rows}
    return Answers(vectors=vectors, word_pages=word_pages, picture_pages=picture_pages, rerank_pages=rerank_pages)


def by_ensembles(found: Answers, client: SearchClient, questions: Questions) -> Answers:
    """The same with what the public ensembles answer.

    Pages of ``search``, ``search_multimodal`` and ``rerank``, the relevance that ``rerank`` tells, and ``embed_product``.
    """
    words = [client.search(text, k=DEFAULT_K, diversity=0.0, deadline_s=_DEADLINE_S) for text in questions.texts]
    shown = [client.search("", image=one, k=DEFAULT_K, diversity=0.0, deadline_s=_DEADLINE_S) for one in questions.pictures]
    reranked = [
        client.rerank(text, candidates, k=len(candidates), diversity=0.0, collapse=False, deadline_s=_DEADLINE_S).results
        for text, candidates in zip(questions.texts, questions.candidates, strict=True)
    ]
    relevance = [
        _in_order(candidates, {result.product_id: result.relevance for result in results})
        for candidates, results in zip(questions.candidates, reranked, strict=True)
    ]
    vectors = [
        client.embed_product(
            str(request.text), image=request.picture, labels=[str(label) for label in request.labels], deadline_s=_DEADLINE_S
        ).vector
        for request in questions.embedded
    ]
    return Answers(
        vectors={**found.vectors, "PRODUCT_VECTOR": np.stack(vectors), RELEVANCE: np.concatenate(relevance)},
        word_pages=_ids(words),
        picture_pages=_ids(shown),
        rerank_pages=[[result.product_id for result in results[:DEFAULT_K]] for results in reranked],
    )


def compare(way: Way, found: Answers, expected: Answers) -> Congruence:
    """Holds the answers of one way against PyTorch's."""
    return Congruence(
        way=way.name,
        precision=way.precision,
        vectors={name: deviation(values, expected.vectors[name]) for name, values in found.vectors.items()},
        word_pages=agreement.compare(found.word_pages, expected.word_pages),
        picture_pages=agreement.compare(found.picture_pages, expected.picture_pages),
        rerank_pages=agreement.compare(found.rerank_pages, expected.rerank_pages),
    )


def _of_words(way: Way, tensors: Tensors) -> Tensors:
    """The tensors of a request without a picture, with the way's own from TEXT_VECTOR on."""
    encoded = {**tensors, **way.models["text_encoder"](tensors), "IMAGE_VECTOR": np.zeros((1, VECTOR_DIM), dtype=np.float32)}
    return {**encoded, **way.models["fusion"](encoded)}


def _in_order(candidates: Sequence[str], relevance: Mapping[str, float]) -> npt.NDArray[np.float32]:
    """(1, candidates) in the caller's order; 0 for one that the words' own filters keep off the page."""
    return np.array([[relevance.get(product_id, 0.0) for product_id in candidates]], dtype=np.float32)


def _ids(responses: Sequence[Any]) -> Pages:
    return [[result.product_id for result in response.results] for response in responses]
