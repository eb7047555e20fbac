"""A trained catalogue whose products can be shown without their words, labels or pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from assortment import manifest
from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue
from assortment.contract import MAX_QUERY_TOKENS
from assortment.errors import StepError
from assortment.paths import BuildPaths
from assortment.protocol.splits import Split
from assortment.protocol.store import Protocol
from assortment.text import TextTokenizer
from training import checkpoint, dev_ranking, features
from training.checkpoint import TrainedModels
from training.data import Corpus, new_corpus
from training.dev_ranking import QuerySet
from training.objective import all_product_vectors
from training.settings import TrainingSettings

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Trained models, some products by their cached features, and the judged queries of these products."""

    models: TrainedModels
    corpus: Corpus
    products: Sequence[Product]
    queries: QuerySet
    held_out: Rows
    """Rows of the products that training never took as an answer, ascending."""

    @classmethod
    def open(cls, paths: BuildPaths, split: Split, *, models_of: BuildPaths | None = None) -> Shop:
        """The catalogue in ``paths`` with its own models, or those of another one.

        Raises:
            StepError, ManifestError: when a step before was not done, or its folder is damaged.
        """
        catalogue, protocol = Catalogue.open(paths.catalogue), Protocol.open(paths.protocol)
        models = checkpoint.load((models_of or paths).checkpoints)
        cached = features.load(features_folder(paths, models.settings, models_of))
        trained = protocol.train_rows(catalogue)
        tokenizer = TextTokenizer(cached.tokenizer_file, max_tokens=MAX_QUERY_TOKENS)
        ids = [product.id for product in catalogue.products]
        return cls(
            models=models,
            corpus=new_corpus(catalogue.products, cached, models, trained.tolist()),
            products=catalogue.products,
            queries=dev_ranking.query_set(protocol, split, ids, tokenizer),
            held_out=np.setdiff1d(np.arange(len(catalogue)), trained),
        )

    @property
    def pictured(self) -> Rows:
        """Rows of the products with a picture, ascending."""
        return np.flatnonzero(self.corpus.presence[:, 1].numpy() > 0)

    def part(self, rows: Rows) -> Shop:
        """These products alone, with the queries that one of them answers; grades of others are forgotten."""
        at = torch.from_numpy(rows)
        tensors = ("text", "image", "presence", "label_id", "category", "product_features")
        ids = [self.queries.product_ids[row] for row in rows]
        known = set(ids)
        judged = {
            query.id: {id_: grade for id_, grade in self.queries.judgments[query.id].items() if id_ in known}
            for query in self.queries.queries
        }
        kept = [number for number, query in enumerate(self.queries.queries) if judged[query.id]]
        queries = replace(
            self.queries,
            queries=[self.queries.queries[number] for number in kept],
            judgments=judged,
            product_ids=ids,
            token_ids=self.queries.token_ids[kept],
            mask=self.queries.mask[kept],
        )
        return replace(
            self,
            corpus=replace(self.corpus, **{name: getattr(self.corpus, name)[at] for name in tensors}),
            products=[self.products[row] for row in rows],
            queries=queries,
            held_out=np.flatnonzero(np.isin(rows, self.held_out)),
        )

    def seen(self, *, text: bool = True, labels: bool = True, pictures: bool | Tensor = True) -> Tensor:
        """Product vectors (N, 256) of what is shown of each product; ``pictures`` may be (N,) 0 or 1, one a product."""
        presence = self.corpus.presence * torch.stack([torch.full((len(self.products),), float(text)), _each(self, pictures)], 1)
        label_id = self.corpus.label_id if labels else torch.zeros_like(self.corpus.label_id)
        return all_product_vectors(self.models, replace(self.corpus, presence=presence, label_id=label_id))

    @torch.inference_mode()
    def words(self) -> Tensor:
        """Query vectors (Q, 256) of the judged queries."""
        vectors, _ = dev_ranking.encode(self.models, self.queries)
        return vectors

    @torch.inference_mode()
    def asked_by(self, image: Tensor) -> Tensor:
        """Query vectors (Q, 256) of pictures without words, by their CNN features (Q, 1280)."""
        presence = torch.tensor([0.0, 1.0]).expand(len(image), 2)
        vectors: Tensor = self.models.image_encoder.project(image, presence[:, 1])
        return self.models.fusion.fuse(torch.zeros_like(vectors), vectors, presence)


def features_folder(paths: BuildPaths, settings: TrainingSettings, models_of: BuildPaths | None) -> Path:
    """The folder of ``paths`` that was made with the text encoder of the models."""
    if settings.pretraining != "none":
        if models_of is not None and models_of.root != paths.root:
            raise StepError(
                f"the models of {models_of.root.name} read texts by an encoder of their own, pre-trained further "
                f"({settings.pretraining}): {paths.root.name} has no features of it. Measure them on their own catalogue"
            )
        learned = manifest.read(paths.pretrained).settings
        for name in ("text_backbone", "pretraining", "pretraining_steps", "seed"):
            if learned[name] != getattr(settings, name):
                raise StepError(f"{paths.pretrained} was made with another {name} than the models; train them again")
        return paths.pretrained_features
    backbone = manifest.read(paths.features).settings["text_backbone"]
    if settings.text_backbone != backbone:
        raise StepError(f"{paths.features} are of {backbone}, the models read texts by {settings.text_backbone}")
    return paths.features


def _each(shop: Shop, shown: bool | Tensor) -> Tensor:
    return shown if isinstance(shown, Tensor) else torch.full((len(shop.products),), float(shown))
