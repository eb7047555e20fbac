"""The label tower: what the catalogue knows about a product (category path, brand, attributes) as embeddings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn
from torch.nn import functional as F

from assortment.catalogue.product import Product
from assortment.contract import VECTOR_DIM
from assortment.known_labels import known_labels
from assortment.text import is_word
from assortment_client.contract import MAX_LABELS
from training.knowledge.base import Knowledge
from training.queries.vocabulary import part_words

PADDING: Final = ""  # index 0 of every vocabulary


def vocabulary(products: Iterable[Product], *, min_count: int) -> list[str]:
    """Labels ("facet=value") that at least ``min_count`` products carry, in alphabetical order after the padding."""
    counts = Counter(label for product in products for label in set(product.labels()))
    return [PADDING, *sorted(label for label, count in counts.items() if count >= min_count)]


def label_words(label: str) -> str:
    """What the text encoder reads for a label: "colour=Navy Blue" is "Navy Blue"; a number or a letter keeps its facet."""
    facet, _, value = label.partition("=")
    return value if any(character.isalpha() for character in value) and is_word(value) else f"{facet} {value}".strip()


def synonyms(label: str, knowledge: Knowledge) -> tuple[str, ...]:
    """What else training queries call a label; a category level has the words of the type of that name."""
    facet, _, value = label.partition("=")
    return part_words("type" if facet == "category" else facet, value, "encoder", knowledge)[1:]


def label_ids(products: Sequence[Product], labels: Sequence[str]) -> npt.NDArray[np.int64]:
    """Row numbers of each product's ``known_labels``, (N, MAX_LABELS) int64, padded with 0; further ones are left out."""
    index = {label: i for i, label in enumerate(labels) if i}
    ids = np.zeros((len(products), MAX_LABELS), dtype=np.int64)
    for row, product in enumerate(products):
        known = known_labels(product.labels(), index)[:MAX_LABELS]
        ids[row, : len(known)] = known
    return ids


class LabelTower(nn.Module):
    """An embedding table; a product's vector is the unit sum of its labels' rows, zero when it has none."""

    def __init__(self, num_labels: int) -> None:
        super().__init__()
        self.table = nn.Embedding(num_labels, VECTOR_DIM, padding_idx=0)

    def forward(self, label_id: Tensor) -> Tensor:
        """Label ids (..., L) int64, 0 pads, to unit rows (..., 256)."""
        known = (label_id != 0).to(self.table.weight.dtype).unsqueeze(-1)
        return F.normalize((self.table(label_id) * known).sum(-2), dim=-1)
