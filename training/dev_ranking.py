"""Ranks a protocol's queries over the whole catalogue in PyTorch, to choose and to stop by on the dev split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from assortment import metrics
from assortment.contract import MAX_QUERY_TOKENS, NUM_RETRIEVED, NUM_SCORED
from assortment.protocol.splits import Split
from assortment.protocol.store import Protocol, Query
from assortment.text import TextTokenizer, pad
from training.checkpoint import TrainedModels
from training.data import Corpus

K = 10


@dataclass(frozen=True, slots=True)
class QuerySet:
    """The queries of one split with their tokens and judgments."""

    queries: Sequence[Query]
    judgments: Mapping[str, Mapping[str, int]]
    subtopics: Mapping[str, Mapping[str, tuple[str, ...]]]
    product_ids: list[str]
    """By catalogue row."""
    token_ids: Tensor
    """(Q, L) int64."""
    mask: Tensor
    """(Q, L) int64."""

    def ids(self, rows: Tensor) -> dict[str, list[str]]:
        """Query id to product ids, for ranked rows (Q, R)."""
        return {
            query.id: [self.product_ids[row] for row in ranked] for query, ranked in zip(self.queries, rows.tolist(), strict=True)
        }

    def ndcg(self, rows: Tensor) -> list[float]:
        """ndcg@10 of each query, for ranked rows (Q, R)."""
        ranked = self.ids(rows)
        return [metrics.ndcg(ranked[query.id], self.judgments.get(query.id, {}), K) for query in self.queries]

    def alpha_ndcg(self, rows: Tensor) -> dict[str, float]:
        """alpha_ndcg@10 of each ambiguous query by its id, for ranked rows (Q, R)."""
        ranked = self.ids(rows)
        return {
            query.id: metrics.alpha_ndcg(ranked[query.id], self.subtopics.get(query.id, {}), K)
            for query in self.queries
            if query.kind == "ambiguous"
        }

    def measure(self, rows: Tensor) -> dict[str, float]:
        """Mean ndcg@10 over all queries; alpha_ndcg@10 and subtopic_recall@10 over the ambiguous ones."""
        ranked = self.ids(rows)
        ambiguous = [query.id for query in self.queries if query.kind == "ambiguous"]
        subtopics = {query: self.subtopics.get(query, {}) for query in ambiguous}
        return {
            "ndcg@10": _mean(self.ndcg(rows)),
            "alpha_ndcg@10": _mean(list(self.alpha_ndcg(rows).values())),
            "subtopic_recall@10": _mean([metrics.subtopic_recall(ranked[query], subtopics[query], K) for query in ambiguous]),
        }


def query_set(protocol: Protocol, split: Split, product_ids: list[str], tokenizer: TextTokenizer) -> QuerySet:
    """The queries of a split, tokenised as the server does."""
    assert tokenizer.max_tokens == MAX_QUERY_TOKENS
    queries = protocol.queries(split)
    ids, mask = pad(tokenizer.encode_batch([query.query for query in queries]))
    return QuerySet(queries, protocol.judgments, protocol.subtopics, product_ids, torch.from_numpy(ids), torch.from_numpy(mask))


@torch.inference_mode()
def encode(models: TrainedModels, queries: QuerySet) -> tuple[Tensor, Tensor]:
    """Query vectors (Q, 256) and intents (Q, C) of text queries, in float32 and evaluation mode."""
    with _in_evaluation_mode(models.text_encoder, models.fusion):
        text = models.text_encoder(queries.token_ids, queries.mask)
        presence = text.new_tensor([1.0, 0.0]).expand(len(text), 2)
        encoded: tuple[Tensor, Tensor] = models.fusion(text, torch.zeros_like(text), presence)
    return encoded


@contextmanager
def _in_evaluation_mode(*models: nn.Module) -> Iterator[None]:
    """No dropout; afterwards each part is as it was: the frozen encoder never drops, its adapters do."""
    modes = [(part, part.training) for model in models for part in model.modules()]
    for part, _ in modes:
        part.training = False
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


def nearest(query_vectors: Tensor, product_vectors: Tensor, number: int) -> Tensor:
    """Rows (Q, R) of the products of highest cosine, best first; equal ones in catalogue order."""
    return _top((query_vectors @ product_vectors.T), number)


@torch.inference_mode()
def scored(
    models: TrainedModels, corpus: Corpus, encoded: tuple[Tensor, Tensor], product_vectors: Tensor
) -> tuple[Tensor, Tensor]:
    """What the server answers before diversification: rows (Q, R) best first and their relevance (Q, R).

    The nearest NUM_RETRIEVED products by cosine get the full score; the best NUM_SCORED of them are kept.
    """
    query_vectors, intents = encoded
    retrieved = nearest(query_vectors, product_vectors, NUM_RETRIEVED)
    label_vectors = models.product_fusion.labels(corpus.label_id)
    rows, relevance = [], []
    for query, intent, candidates in zip(query_vectors, intents, retrieved, strict=True):
        one = models.scorer(
            query.unsqueeze(0),
            intent.unsqueeze(0),
            product_vectors[candidates].unsqueeze(0),
            label_vectors[candidates].unsqueeze(0),
            corpus.category[candidates].unsqueeze(0),
            corpus.product_features[candidates].unsqueeze(0),
        )[0]
        order = torch.argsort(one, descending=True, stable=True)[:NUM_SCORED]
        rows.append(candidates[order])
        relevance.append(one[order])
    return torch.stack(rows), torch.stack(relevance)


def _top(scores: Tensor, number: int) -> Tensor:
    return torch.argsort(scores, dim=1, descending=True, stable=True)[:, :number]


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if values else float("nan")
