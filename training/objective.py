"""The loss of the encoders on one batch: ranking, intent, and staying near the base encoder."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from training import losses
from training.augmentation.product_noise import add_noise
from training.checkpoint import TrainedModels
from training.data import Batch, Corpus, OwnNames, QueryBatch
from training.settings import TrainingSettings


@dataclass(frozen=True, slots=True)
class Parts:
    """The terms of the loss, unweighted."""

    ranking: Tensor
    intent: Tensor
    similarity: Tensor
    own_names: Tensor

    def total(self, settings: TrainingSettings) -> Tensor:
        """Their weighted sum."""
        kept = settings.similarity_weight * self.similarity + settings.own_names_weight * self.own_names
        return self.ranking + settings.intent_weight * self.intent + kept

    def figures(self) -> dict[str, float]:
        """The terms as numbers, to log."""
        return {name: float(getattr(self, name).detach()) for name in ("ranking", "intent", "similarity", "own_names")}


def encoder_losses(
    models: TrainedModels,
    corpus: Corpus,
    batch: Batch,
    general: tuple[Tensor, Tensor, Tensor],
    settings: TrainingSettings,
) -> Parts:
    """The losses of one step; ``general`` is a sample of GeneralTexts."""
    pooled = models.text_encoder.pool(batch.queries.token_ids, batch.queries.mask)
    query_vector = _fused(models, pooled, batch.queries)
    product_vector = product_vectors(models, corpus, batch.rows, noise=settings.product_noise)
    scores = query_vector @ product_vector.T / settings.temperature
    token_ids, mask, base = general
    adapted = models.text_encoder.pool(token_ids, mask)
    return Parts(
        ranking=losses.listwise(scores, batch.grade),
        intent=losses.intent(models.fusion.intent.logits(query_vector), batch.intent),
        similarity=losses.keep_similarity(adapted, base),
        own_names=_distilled(models, pooled, batch.own_names) if settings.own_names_weight else pooled.new_zeros(()),
    )


def query_vectors(models: TrainedModels, queries: QueryBatch) -> Tensor:
    """Unit query vectors (B, 256), fused from text and cached picture features."""
    return _fused(models, models.text_encoder.pool(queries.token_ids, queries.mask), queries)


def _distilled(models: TrainedModels, pooled: Tensor, own_names: OwnNames) -> Tensor:
    """How far adapted queries are from what the untrained encoder makes of their wish in the catalogue's own names.

    The teacher is the frozen encoder of the product side, which has the same weights.
    """
    if not len(own_names.row):
        return pooled.new_zeros(())
    with torch.no_grad():
        teacher = models.product_text_encoder.pool(own_names.token_ids, own_names.mask)
    return losses.keep_similarity(pooled[own_names.row], teacher)


def _fused(models: TrainedModels, pooled: Tensor, queries: QueryBatch) -> Tensor:
    text = models.text_encoder.project(pooled)
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
