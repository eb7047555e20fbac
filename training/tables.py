"""What the scorer reads of each product, gathered by row: computed once for a catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from assortment.catalogue.product import Product
from training.checkpoint import TrainedModels
from training.labels import label_ids
from training.models import category_ids
from training.scorer import product_features


@dataclass(frozen=True, slots=True)
class ProductTables:
    """Columns by catalogue row."""

    label_ids: npt.NDArray[np.int64]
    """(N, MAX_LABELS) int64, 0 pads: input of the product fusion."""
    label_vectors: npt.NDArray[np.float32]
    """(N, 256) unit rows of the label tower, zero without labels."""
    category: npt.NDArray[np.int64]
    """(N,) index into the intent's categories, -1 for none."""
    product_features: npt.NDArray[np.float32]
    """(N, NUM_PRODUCT_FEATURES) price, rating, popularity."""


def product_tables(models: TrainedModels, products: Sequence[Product]) -> ProductTables:
    """The tables of ``products`` under trained models."""
    ids = label_ids(products, models.labels)
    with torch.inference_mode():
        vectors = models.product_fusion.labels(torch.from_numpy(ids)).numpy()
    return ProductTables(ids, vectors, category_ids(products, models.categories), product_features(products))
