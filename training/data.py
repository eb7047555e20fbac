"""What a training step reads: queries, a sample of products that serves them all, and every grade between the two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from assortment.catalogue.facets import FacetTable
from assortment.catalogue.product import Product
from assortment.contract import MAX_QUERY_TOKENS
from assortment.text import TextTokenizer, pad
from training.checkpoint import TrainedModels
from training.features import Features
from training.labels import label_ids
from training.models import category_ids
from training.queries import QueryGrammar, TrainingQuery, grades
from training.scorer import product_features
from training.settings import TrainingSettings

Places = npt.NDArray[np.int64]
"""Places among the training rows, 0 to T - 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Everything about the products that training reads, as tensors by catalogue row."""

    text: Tensor
    """(N, H) frozen text vectors, zero without a text."""
    text_deviation: Tensor
    """(H,) standard deviation of each dimension of the text vectors."""
    image: Tensor
    """(N, 1280) frozen CNN features, zero without a picture."""
    presence: Tensor
    """(N, 2) text, picture."""
    label_id: Tensor
    """(N, MAX_LABELS) int64."""
    category: Tensor
    """(N,) int64, -1 for none."""
    product_features: Tensor
    """(N, F) price, rating, popularity."""
    image_deviation: Tensor
    """(1280,) standard deviation of each CNN feature."""
    table: FacetTable
    train_rows: npt.NDArray[np.int64]
    """Rows that training may show; the others belong to dev and test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryBatch:
    """B queries as the query side reads them."""

    token_ids: Tensor
    """(B, L) int64."""
    mask: Tensor
    """(B, L) int64."""
    image: Tensor
    """(B, 1280), zero without a picture."""
    presence: Tensor
    """(B, 2) text, picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """B queries whose products are still to be chosen."""

    queries: Sequence[TrainingQuery]
    encoded: QueryBatch
    graded: npt.NDArray[np.int8]
    """(B, T) derived grades of the training rows."""


Further = Callable[[Drawn, Places, np.random.Generator], Places]
"""From a step's queries and the places of its products so far, sorted, to those with further ones, sorted, each once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One training step of the encoders."""

    queries: QueryBatch
    rows: Tensor
    """(P,) int64 catalogue rows of the sampled products."""
    grade: Tensor
    """(B, P) int8 derived grade of each product for each query."""
    intent: Tensor
    """(B, C) distribution of the best products over the types."""


def new_corpus(products: Sequence[Product], features: Features, models: TrainedModels, train_rows: Sequence[int]) -> Corpus:
    """Gathers a catalogue's tensors."""
    image = torch.from_numpy(np.array(features.image))
    has_image = torch.from_numpy(features.has_image)
    deviation = image[has_image].std(0, correction=0) if has_image.any() else torch.zeros(image.shape[1])
    text = torch.from_numpy(np.array(features.product_text))
    return Corpus(
        text=text,
        text_deviation=text.std(0, correction=0),
        image=image,
        presence=torch.stack([text.any(1).float(), has_image.float()], 1),
        label_id=torch.from_numpy(label_ids(products, models.labels)),
        category=torch.from_numpy(category_ids(products, models.categories)),
        product_features=torch.from_numpy(product_features(products)),
        image_deviation=deviation,
        table=FacetTable.from_products(products),
        train_rows=np.asarray(train_rows, dtype=np.int64),
    )


class BatchMaker:
    """Turns drawn queries into batches."""

    def __init__(
        self,
        corpus: Corpus,
        grammar: QueryGrammar,
        tokenizer: TextTokenizer,
        settings: TrainingSettings,
        *,
        num_categories: int,
        further: Further | None = None,
    ) -> None:
        """``further`` adds to the products of a batch; it draws apart, so all else of a run is drawn as without it."""
        assert tokenizer.max_tokens == MAX_QUERY_TOKENS
        self._corpus = corpus
        self.grammar = grammar
        self._tokenizer = tokenizer
        self._settings = settings
        self._num_categories = num_categories
        self._further = further
        self._category = corpus.category.numpy()

    def batch(self, generator: np.random.Generator) -> Batch:
        """Draws the queries and products of one step."""
        settings, corpus = self._settings, self._corpus
        queries = [self.grammar.draw(generator) for _ in range(settings.batch_queries)]
        graded = np.stack([self.grade(query) for query in queries])  # (B, T), T training rows
        sampled = [_draw_positives(row, settings.positives_per_query, generator) for row in graded]
        num_random = min(settings.sampled_products, graded.shape[1])
        random = generator.choice(graded.shape[1], size=num_random, replace=False)
        encoded = self.encode(queries, generator)
        columns = np.unique(np.concatenate([*sampled, random]))
        if self._further:
            drawn = Drawn(queries=queries, encoded=encoded, graded=graded)
            columns = self._further(drawn, columns, generator.spawn(1)[0])
        return Batch(
            queries=encoded,
            rows=torch.from_numpy(corpus.train_rows[columns]),
            grade=torch.from_numpy(graded[:, columns]),
            intent=torch.from_numpy(np.stack([self._intent(row) for row in graded])),
        )

    def graded(self, generator: np.random.Generator) -> tuple[QueryBatch, Tensor]:
        """As many queries as a step has, with their grades of all training rows, (B, T) int8."""
        queries = [self.grammar.draw(generator) for _ in range(self._settings.batch_queries)]
        graded = np.stack([self.grade(query) for query in queries])
        return self.encode(queries, generator), torch.from_numpy(graded)

    def grade(self, query: TrainingQuery) -> npt.NDArray[np.int8]:
        """(T,) derived grades of the training rows."""
        return grades(query, self._corpus.table)[self._corpus.train_rows]

    def encode(self, queries: Sequence[TrainingQuery], generator: np.random.Generator) -> QueryBatch:
        """Queries as tensors; a picture's features get noise, so that it is not simply the product's own."""
        corpus = self._corpus
        ids, mask = (torch.from_numpy(array) for array in pad(self._tokenizer.encode_batch([query.text for query in queries])))
        picture_rows = np.array([query.picture_row for query in queries])
        pictured = torch.from_numpy(picture_rows >= 0)
        noise = torch.from_numpy(generator.standard_normal((len(queries), corpus.image.shape[1]), dtype=np.float32))
        image = corpus.image[torch.from_numpy(picture_rows.clip(0))] + self._settings.image_noise * corpus.image_deviation * noise
        worded = torch.tensor([bool(query.text) for query in queries])
        presence = torch.stack([worded, pictured], 1).float()
        return QueryBatch(token_ids=ids, mask=mask, image=image * presence[:, 1:], presence=presence)

    def _intent(self, grades: npt.NDArray[np.int8]) -> npt.NDArray[np.float32]:
        """(C,) the types of the best products, zero when nothing fits."""
        best = int(grades.max(initial=0))
        category = self._category[self._corpus.train_rows[grades == best]] if best else np.zeros(0, dtype=np.int64)
        counts = np.bincount(category[category >= 0], minlength=self._num_categories).astype(np.float32)
        distribution: npt.NDArray[np.float32] = counts / max(counts.sum(), 1.0)
        return distribution


def _draw_positives(grades: npt.NDArray[np.int8], number: int, generator: np.random.Generator) -> Places:
    """Half of them from the best products, half from the lesser ones: near misses such as the same type in another colour."""
    best = np.flatnonzero(grades == grades.max())
    lesser = np.flatnonzero((grades > 0) & (grades < grades.max()))
    half = number - number // 2
    return np.concatenate([_some(best, half, generator), _some(lesser, number // 2, generator)])


def _some(values: Places, number: int, generator: np.random.Generator) -> Places:
    return generator.choice(values, size=min(number, len(values)), replace=False) if len(values) else values
