"""Trains the scorer on the candidates that the trained encoders retrieve for training queries.

The learned scorer is first calibrated: slope and offset of the cosine's logistic alone, which change no ranking. That is the
floor. Of the network that corrects the cosine, what ranks validation queries best is kept: dev, and queries in words that no
encoder learned. That may be a share of its correction, or none: it leans on the intent, which training queries make look surer
than it is of strange words. Last, the logits are scaled and shifted, which changes no ranking either, so that relevance is the
probability that a product answers the query (SATISFYING_GRADE or more), on queries that nothing was learned from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from assortment.catalogue.progress import progress
from assortment.contract import NUM_RETRIEVED, NUM_SCORED
from assortment.metrics import calibration_error
from assortment.protocol.grades import SATISFYING_GRADE
from training import interpolation, losses
from training.checkpoint import TrainedModels
from training.data import BatchMaker, Corpus
from training.fitting import minimise
from training.linear_scorer import LinearScorer, article_loss, graded_loss
from training.objective import query_vectors
from training.scorer import LearnedScorer
from training.settings import TrainingSettings

_BATCH: Final = 32
_CANDIDATES_PER_STEP: Final = 192
_RATE: Final = 2e-3
_WEIGHT_DECAY: Final = 0.05
_STEPS_PER_MEASURE: Final = 25
_LISTWISE_WEIGHT: Final = 3.0
_CALIBRATION_QUERIES: Final = 256
_SHARES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the correction
_HELD_OUT: Final = 6  # one query in so many, the last ones, is not learned from


@dataclass(frozen=True, slots=True)
class Candidates:
    """Training queries with the products that a search would retrieve for them."""

    query_vector: Tensor
    """(Q, 256)"""
    intent: Tensor
    """(Q, C)"""
    rows: Tensor
    """(Q, R) int64 catalogue rows."""
    grade: Tensor
    """(Q, R) int8"""

    @property
    def num_learned(self) -> int:
        """The scorer learns from as many of the first; the others are held out."""
        return len(self.rows) - max(2, len(self.rows) // _HELD_OUT)


@torch.inference_mode()
def retrieve(
    models: TrainedModels, corpus: Corpus, batches: BatchMaker, product_vectors: Tensor, settings: TrainingSettings
) -> Candidates:
    """Draws training queries and retrieves their nearest training products."""
    generator = np.random.default_rng([settings.seed, 2])
    rows = torch.from_numpy(corpus.train_rows)
    vectors, retrieved, grades = [], [], []
    number = min(NUM_RETRIEVED, len(rows))
    total = -(-settings.scorer_queries // settings.batch_queries)
    for _ in progress(range(total), doing="candidates for the scorer", total=total):
        queries, grade = batches.graded(generator)
        query_vector = query_vectors(models, queries)
        nearest = (query_vector @ product_vectors[rows].T).topk(number, dim=1).indices
        vectors.append(query_vector)
        retrieved.append(rows[nearest])
        grades.append(grade.gather(1, nearest))
    query_vector = torch.cat(vectors)
    return Candidates(query_vector, models.fusion.intent(query_vector), torch.cat(retrieved), torch.cat(grades))


def fit(
    models: TrainedModels,
    corpus: Corpus,
    candidates: Candidates,
    product_vectors: Tensor,
    measure: Callable[[], Mapping[str, float]],
    settings: TrainingSettings,
) -> list[dict[str, float]]:
    """Trains ``models.scorer`` in place, keeps what did best by the mean of ``measure``, and returns the figures on the way.

    ``measure`` ranks validation queries by the scorer as it is: ndcg@10 by name.
    """
    torch.manual_seed(settings.seed)
    generator = np.random.default_rng([settings.seed, 3])
    scorer = models.scorer.requires_grad_(True)
    # inference tensors cannot be saved for the backward pass, so plain copies are read
    tables = _Tables(product_vectors.clone(), models.product_fusion.labels(corpus.label_id).detach(), corpus)
    if isinstance(scorer, LearnedScorer):
        _calibrate(scorer, candidates, tables)
    optimiser = torch.optim.AdamW(scorer.parameters(), lr=_RATE, weight_decay=_WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=_RATE, total_steps=settings.scorer_steps + 1, pct_start=0.1)
    history: list[dict[str, float]] = []
    best, highest = _snapshot(scorer), -1.0

    def look(**told: float) -> None:
        nonlocal best, highest
        figures = measure()
        history.append({**told, **figures})
        if interpolation.mean(figures) > highest:
            best, highest = _snapshot(scorer), interpolation.mean(figures)

    look(step=0.0)
    for step in progress(range(1, settings.scorer_steps + 1), doing="scorer", total=settings.scorer_steps):
        optimiser.zero_grad(set_to_none=True)
        loss = _loss(models, candidates, tables, generator, settings)
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
        if step % _STEPS_PER_MEASURE == 0 or step == settings.scorer_steps:
            look(step=float(step), loss=round(float(loss.detach()), 5))
    scorer.load_state_dict(best)
    scorer.requires_grad_(False)
    return history


@torch.no_grad()
def temper(scorer: nn.Module, measure: Callable[[], Mapping[str, float]]) -> list[dict[str, float]]:
    """Leaves the share of a learned scorer's correction that does best by the mean of ``measure``; returns what was measured."""
    if not isinstance(scorer, LearnedScorer):
        return []
    weight = scorer.correction.weight
    learned = weight.clone()

    def take(share: float) -> None:
        weight.copy_(share * learned)

    return interpolation.best_share(_SHARES, take, measure)


@torch.no_grad()
def calibrate(models: TrainedModels, corpus: Corpus, candidates: Candidates, product_vectors: Tensor) -> dict[str, float]:
    """Makes a learned scorer's relevance a probability, and returns the calibration error before and after.

    Half of the held-out queries decide, the other half tells. Of each query the best NUM_SCORED count, which is what is served.
    """
    scorer = models.scorer
    if not isinstance(scorer, LearnedScorer):
        return {}
    tables = _Tables(product_vectors, models.product_fusion.labels(corpus.label_id), corpus)
    held_out = slice(candidates.num_learned, None)
    logits = _logits(scorer, candidates, tables, held_out, candidates.rows[held_out])
    logits, place = logits.topk(min(NUM_SCORED, logits.shape[1]), dim=1)
    answers = (candidates.grade[held_out].gather(1, place) >= SATISFYING_GRADE).float()
    half = len(logits) // 2
    before = _error(logits[half:], answers[half:])
    slope, offset = _platt(logits[:half], answers[:half])
    scorer.rescale(slope, offset)
    after = _error(slope * logits[half:] + offset, answers[half:])
    return {"calibration_error_before": before, "calibration_error": after, "queries": float(len(logits) - half)}


def _error(logits: Tensor, answers: Tensor) -> float:
    return round(calibration_error(logits.sigmoid().flatten().tolist(), answers.int().flatten().tolist()), 4)


def _platt(logits: Tensor, answers: Tensor) -> tuple[float, float]:
    """Slope and offset that make logits those of a probability (Platt, 1999)."""
    slope, offset = nn.Parameter(torch.ones(())), nn.Parameter(torch.zeros(()))
    minimise([slope, offset], lambda: nn.functional.binary_cross_entropy_with_logits(slope * logits + offset, answers))
    return float(slope.detach()), float(offset.detach())


@dataclass(frozen=True, slots=True)
class _Tables:
    product_vectors: Tensor
    label_vectors: Tensor
    corpus: Corpus


def _calibrate(scorer: LearnedScorer, candidates: Candidates, tables: _Tables) -> None:
    """Fits slope and offset, so that sigmoid(slope * cosine + offset) is about grade / 3 (Platt, 1999)."""
    query, rows = candidates.query_vector[:_CALIBRATION_QUERIES].clone(), candidates.rows[:_CALIBRATION_QUERIES]
    grade = candidates.grade[:_CALIBRATION_QUERIES]
    cosine = (tables.product_vectors[rows] @ query.unsqueeze(-1)).squeeze(-1)
    minimise([scorer.slope, scorer.offset], lambda: losses.calibration(scorer.slope * cosine + scorer.offset, grade))


def _loss(
    models: TrainedModels, candidates: Candidates, tables: _Tables, generator: np.random.Generator, settings: TrainingSettings
) -> Tensor:
    chosen = torch.from_numpy(generator.integers(0, candidates.num_learned, size=_BATCH))
    number = min(_CANDIDATES_PER_STEP, candidates.rows.shape[1])
    columns = torch.from_numpy(
        generator.permuted(np.tile(np.arange(candidates.rows.shape[1]), (_BATCH, 1)), axis=1)[:, :number].copy()
    )
    rows = candidates.rows[chosen].gather(1, columns)
    grade = candidates.grade[chosen].gather(1, columns)
    if isinstance(models.scorer, LinearScorer):
        query, product, label = candidates.query_vector[chosen].clone(), tables.product_vectors[rows], tables.label_vectors[rows]
        if settings.linear_loss == "article":
            return article_loss(models.scorer, query, product, label)
        return graded_loss(models.scorer, query, product, label, grade)
    assert isinstance(models.scorer, LearnedScorer)
    logits = _logits(models.scorer, candidates, tables, chosen, rows)
    return losses.calibration(logits, grade) + _LISTWISE_WEIGHT * losses.listwise(logits, grade)


def _logits(scorer: LearnedScorer, candidates: Candidates, tables: _Tables, chosen: Tensor | slice, rows: Tensor) -> Tensor:
    """(B, R) of the chosen queries (B,) and catalogue rows (B, R)."""
    return scorer.logits(
        candidates.query_vector[chosen].clone(),
        candidates.intent[chosen].clone(),
        tables.product_vectors[rows],
        tables.label_vectors[rows],
        tables.corpus.category[rows],
        tables.corpus.product_features[rows],
    )


def _snapshot(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in module.state_dict().items()}
