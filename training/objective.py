"""The loss of the encoders on one batch: ranking, intent, staying near the base encoder, and what a teacher says."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from training import devices, losses
from training.augmentation.product_noise import add_noise
from training.checkpoint import TrainedModels
from training.data import Batch, Corpus, QueryBatch
from training.settings import TrainingSettings
from training.teacher.lessons import Lesson


@dataclass(frozen=True, slots=True)
class Parts:
    """The terms of the loss, unweighted."""

    ranking: Tensor
    intent: Tensor
    similarity: Tensor
    teacher: Tensor | None = None
    """Absent without a teacher."""

    def total(self, settings: TrainingSettings) -> Tensor:
        """Their weighted sum."""
        taught = 0.0 if self.teacher is None else settings.teacher_weight * self.teacher
        return self.ranking + settings.intent_weight * self.intent + settings.similarity_weight * self.similarity + taught

    def figures(self) -> dict[str, float]:
        """The terms as numbers, to log."""
        terms = {"ranking": self.ranking, "intent": self.intent, "similarity": self.similarity, "teacher": self.teacher}
        return {name: float(term.detach()) for name, term in terms.items() if term is not None}


def encoder_losses(
    models: TrainedModels,
    corpus: Corpus,
    batch: Batch,
    general: tuple[Tensor, Tensor, Tensor],
    settings: TrainingSettings,
    lesson: Lesson | None = None,
) -> Parts:
    """The losses of one step; ``general`` is a sample of GeneralTexts, ``lesson`` one of what a teacher judged.

    Where there are several processes, each encodes its share of the texts; what follows all of them compute alike.
    """
    query_vector = _shared_query_vectors(models, batch.queries)
    token_ids, mask, base = general
    ranking = _ranking(models, corpus, batch, query_vector, settings)
    adapted = devices.shared(models.text_encoder.pool, token_ids, mask)
    return Parts(
        ranking=ranking,
        intent=losses.intent(models.fusion.intent.logits(query_vector), batch.intent),
        similarity=losses.keep_similarity(adapted, base),
        teacher=None if lesson is None else _distillation(models, corpus, lesson, settings),
    )


def ranking_loss(models: TrainedModels, corpus: Corpus, batch: Batch, settings: TrainingSettings) -> Tensor:
    """The ranking loss alone."""
    return _ranking(models, corpus, batch, _shared_query_vectors(models, batch.queries), settings)


def _ranking(models: TrainedModels, corpus: Corpus, batch: Batch, query_vector: Tensor, settings: TrainingSettings) -> Tensor:
    product_vector = product_vectors(models, corpus, batch.rows, noise=settings.product_noise)
    return losses.listwise(query_vector @ product_vector.T / settings.temperature, batch.grade)


def _distillation(models: TrainedModels, corpus: Corpus, lesson: Lesson, settings: TrainingSettings) -> Tensor:
    query_vector = _shared_query_vectors(models, lesson.queries)
    product_vector = product_vectors(models, corpus, lesson.rows.flatten()).view(*lesson.rows.shape, -1)
    scores = (product_vector @ query_vector.unsqueeze(-1)).squeeze(-1)  # (B, C)
    return losses.distilled(scores / settings.temperature, lesson.logits)


def query_vectors(models: TrainedModels, queries: QueryBatch) -> Tensor:
    """Unit query vectors (B, 256), fused from text and cached picture features."""
    return _fused(models, queries, models.text_encoder(queries.token_ids, queries.mask))


def _shared_query_vectors(models: TrainedModels, queries: QueryBatch) -> Tensor:
    return _fused(models, queries, devices.shared(models.text_encoder, queries.token_ids, queries.mask))


def _fused(models: TrainedModels, queries: QueryBatch, text: Tensor) -> Tensor:
    image = models.image_encoder.project(queries.image, queries.presence[:, 1])
    return models.fusion.fuse(text, image, queries.presence)


def product_vectors(models: TrainedModels, corpus: Corpus, rows: Tensor, *, noise: float = 0.0) -> Tensor:
    """Unit product vectors (P, 256) from cached features, whose text may get noise as in ``add_noise``."""
    presence = corpus.presence[rows]
    text = models.product_text_encoder.project(add_noise(corpus.text[rows], corpus.text_deviation, noise))
    image = models.image_encoder.project(corpus.image[rows], presence[:, 1])
    vectors: Tensor = models.product_fusion(text, image, corpus.label_id[rows], presence)
    return vectors


@torch.inference_mode()
def all_product_vectors(models: TrainedModels, corpus: Corpus, *, rows_per_batch: int = 4096) -> Tensor:
    """Unit vectors (N, 256) of the whole catalogue, in evaluation mode."""
    training = models.product_fusion.training
    models.product_fusion.eval()
    parts = [product_vectors(models, corpus, rows) for rows in torch.split(torch.arange(len(corpus.text)), rows_per_batch)]
    models.product_fusion.train(training)
    return F.normalize(torch.cat(parts), dim=-1)
