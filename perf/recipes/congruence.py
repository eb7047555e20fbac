"""Whether every way gives the same vectors and the same first page; see ``ways``.

Vectors are held against PyTorch's. Pages come of the same scorer and diversifier behind every way, at diversity 0, so that only
the models in question can make them differ; a served page is what the public ensemble answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from assortment.catalogue.progress import progress
from assortment.contract import VECTOR_DIM
from assortment.serving.onnx_step import OnnxStep
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import Answer
from assortment.serving.step import Tensors
from assortment_client import SearchClient
from assortment_client.contract import DEFAULT_K
from export.precision.tolerances import TOLERANCES, Deviation, deviation
from perf import agreement
from perf.agreement import Agreement
from perf.recipes.questions import Questions
from perf.recipes.ways import Way

VECTORS: Final = ("TEXT_VECTOR", "IMAGE_VECTOR", "QUERY_VECTOR", "PRODUCT_VECTOR")
_DEADLINE_S: Final = 10.0

Pages = list[list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What one way answers."""

    vectors: Mapping[str, npt.NDArray[np.float32]]
    """Of VECTORS, (B, 256) each; query vectors are of the words."""
    word_pages: Pages
    picture_pages: Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Congruence:
    """How far one way is from PyTorch."""

    way: str
    precision: str
    vectors: Mapping[str, Deviation]
    """By tensor."""
    word_pages: Agreement
    picture_pages: Agreement

    @property
    def within(self) -> bool:
        """Whether every vector keeps to the tolerances of the way's precision."""
        return all(found.within(TOLERANCES[self.precision]) for found in self.vectors.values())


def answers(way: Way, questions: Questions, pipeline: Pipeline, scorer: OnnxStep) -> Answers:
    """Everything that is asked, one at a time, through the models of a way."""
    parts: dict[str, list[Any]] = {name: [] for name in VECTORS}
    word_pages: Pages = []
    picture_pages: Pages = []
    for tensors in progress(questions.words, doing=f"words, {way.name}", total=len(questions.words)):
        encoded = {**tensors, **way.models["text_encoder"](tensors), "IMAGE_VECTOR": _zeros()}
        fused = way.models["fusion"](encoded)
        parts["TEXT_VECTOR"].append(encoded["TEXT_VECTOR"])
        parts["QUERY_VECTOR"].append(fused["QUERY_VECTOR"])
        word_pages.append(_page({**encoded, **fused}, pipeline, scorer))
    for tensors in progress(questions.shown, doing=f"pictures, {way.name}", total=len(questions.shown)):
        encoded = {**tensors, **way.models["text_encoder"](tensors), **way.models["image_encoder"](tensors)}
        parts["IMAGE_VECTOR"].append(encoded["IMAGE_VECTOR"])
        picture_pages.append(_page({**encoded, **way.models["fusion"](encoded)}, pipeline, scorer))
    for tensors in progress(questions.products, doing=f"products, {way.name}", total=len(questions.products)):
        encoded = {**tensors, **way.models["product_text_encoder"](tensors), **way.models["image_encoder"](tensors)}
        parts["PRODUCT_VECTOR"].append(way.models["product_fusion"](encoded)["PRODUCT_VECTOR"])
    vectors = {name: np.concatenate(rows) for name, rows in parts.items() if rows}
    return Answers(vectors=vectors, word_pages=word_pages, picture_pages=picture_pages)


def by_ensembles(found: Answers, client: SearchClient, questions: Questions) -> Answers:
    """The same with what the public ensembles answer: pages of ``search`` and ``search_multimodal``, and ``embed_product``."""
    words = [client.search(text, k=DEFAULT_K, diversity=0.0, deadline_s=_DEADLINE_S) for text in questions.texts]
    shown = [client.search("", image=one, k=DEFAULT_K, diversity=0.0, deadline_s=_DEADLINE_S) for one in questions.pictures]
    vectors = [
        client.embed_product(
            str(request.text), image=request.picture, labels=[str(label) for label in request.labels], deadline_s=_DEADLINE_S
        ).vector
        for request in questions.embedded
    ]
    return Answers(
        vectors={**found.vectors, "PRODUCT_VECTOR": np.stack(vectors)}, word_pages=_ids(words), picture_pages=_ids(shown)
    )


def compare(way: Way, found: Answers, expected: Answers) -> Congruence:
    """Holds the answers of one way against PyTorch's."""
    return Congruence(
        way=way.name,
        precision=way.precision,
        vectors={name: deviation(values, expected.vectors[name]) for name, values in found.vectors.items()},
        word_pages=agreement.compare(found.word_pages, expected.word_pages),
        picture_pages=agreement.compare(found.picture_pages, expected.picture_pages),
    )


def _page(tensors: Tensors, pipeline: Pipeline, scorer: OnnxStep) -> list[str]:
    scored = scorer.run([tensors])[0]
    assert isinstance(scored, dict), "a graph answers or raises"
    return Answer.of(pipeline.diversify([{**tensors, **scored}])[0]).ids


def _ids(responses: Sequence[Any]) -> Pages:
    return [[result.product_id for result in response.results] for response in responses]


def _zeros() -> npt.NDArray[np.float32]:
    return np.zeros((1, VECTOR_DIM), dtype=np.float32)
