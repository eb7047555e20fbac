"""A fresh set of models on a catalogue, started so that they rank like the untrained encoder before any training."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from assortment.catalogue.product import Product
from assortment.contract import MAX_QUERY_TOKENS
from assortment.text import TextTokenizer
from training import backbones, bottleneck, labels
from training.checkpoint import TrainedModels, new_scorer
from training.features import Features
from training.fusion import ProductFusion, QueryFusion
from training.image_encoder import ImageEncoder
from training.knowledge.base import Knowledge
from training.named_facets import NamedFacets, nameable
from training.open_facets import OpenFacets
from training.settings import TrainingSettings
from training.text_encoder import TextEncoder, principal_directions
from training.text_features import encode_texts

NO_CATEGORY = "(none)"


def categories_of(products: Sequence[Product]) -> list[str]:
    """The product types, alphabetical: the classes of the intent head. At least one."""
    return sorted({product.type for product in products if product.type}) or [NO_CATEGORY]


def category_ids(products: Sequence[Product], categories: Sequence[str]) -> npt.NDArray[np.int64]:
    """Each product's type as an index into ``categories``, (N,) int64, -1 for none or an unknown one."""
    index = {category: i for i, category in enumerate(categories)}
    return np.array([index.get(product.type, -1) for product in products], dtype=np.int64)


def new_models(
    products: Sequence[Product], features: Features, settings: TrainingSettings, knowledge: Knowledge | None = None
) -> TrainedModels:
    """Untrained models: projections that keep the pretrained cosines, label embeddings from the labels' own words."""
    torch.manual_seed(settings.seed)
    backbone = backbones.load_text(features.text_backbone)
    product_text = TextEncoder.of(backbone.model)
    text_vectors = torch.from_numpy(np.array(features.product_text))
    with torch.no_grad():
        product_text.projection.weight.copy_(principal_directions(text_vectors))
        projected = product_text.project(text_vectors)
    images = ImageEncoder(backbones.load_image()).eval()
    if features.has_image.any():
        images.align(
            torch.from_numpy(np.array(features.image[features.has_image])), projected[torch.from_numpy(features.has_image)]
        )
    vocabulary = labels.vocabulary(products, min_count=settings.min_label_count)
    categories, facets = categories_of(products), nameable(products)
    models = TrainedModels(
        text_encoder=deepcopy(product_text),
        product_text_encoder=product_text,
        image_encoder=images,
        fusion=QueryFusion(settings.fusion, num_categories=len(categories), dropout=settings.modality_dropout).eval(),
        product_fusion=ProductFusion(settings.fusion, num_labels=len(vocabulary), dropout=settings.modality_dropout).eval(),
        scorer=new_scorer(settings).eval(),
        labels=vocabulary,
        named_facets=NamedFacets(backbone.model.config.hidden_size, len(facets)).eval(),
        open_facets=OpenFacets(facets).eval(),
        categories=categories,
        facets=facets,
        tokenizer_file=features.tokenizer_file,
        settings=settings,
    )
    _start_labels(models, settings, knowledge if settings.label_synonyms else None)
    category = torch.from_numpy(category_ids(products, categories))
    models.fusion.intent.start_from(projected, category)
    bottleneck.insert(models.text_encoder, settings)
    return models


def _start_labels(models: TrainedModels, settings: TrainingSettings, knowledge: Knowledge | None) -> None:
    """Each label starts where the text encoder puts its words: its name, and half way to what else it is called."""
    if len(models.labels) == 1:
        return
    tokenizer = TextTokenizer(models.tokenizer_file, max_tokens=MAX_QUERY_TOKENS)
    synonyms = [labels.synonyms(label, knowledge) if knowledge else () for label in models.labels[1:]]
    names = [labels.label_words(label) for label in models.labels[1:]]
    texts = [*names, *(word for words in synonyms for word in words)]
    encoded = torch.from_numpy(encode_texts(models.product_text_encoder, tokenizer, texts, precision=settings.precision))
    vectors = encoded[: len(names)].clone()
    further = torch.split(encoded[len(names) :], [len(words) for words in synonyms])
    for row, others in enumerate(further):
        if len(others):
            vectors[row] = (vectors[row] + others.mean(0)) / 2
    with torch.no_grad():
        table: Tensor = models.product_fusion.labels.table.weight
        table.zero_()
        table[1:] = models.product_text_encoder.project(vectors)
