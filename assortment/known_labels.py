"""Which labels of a product a model reads: those that it was trained with, when they tell what the product is.

The vector of a product's labels has unit length, however many there are, and weighs more than its text. So a few labels that say
nothing of what a product is would stand for it: the one label that borrowed models happen to know of a foreign product,
"colour=Black" (docs/adr/0021-most-labels-or-none.md), or colour and brand of a product of no category
(docs/adr/0024-labels-that-tell-what-it-is.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

Label = TypeVar("Label", str, bytes)
_CATEGORY: Final = "category="


def known_labels(labels: Sequence[Label], index: Mapping[Label, int]) -> list[int]:
    """The model's numbers of a product's labels, in their order; none when it knows half of them or less, or no category."""
    known = [label for label in labels if label in index]
    told = 2 * len(known) > len(labels) and any(_is_category(label) for label in known)
    return [index[label] for label in known] if told else []


def _is_category(label: str | bytes) -> bool:
    return label.startswith(_CATEGORY) if isinstance(label, str) else label.startswith(_CATEGORY.encode())
