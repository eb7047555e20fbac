"""Which labels of a product a model reads: those that it was trained with, when they are most of the product's.

The vector of a product's labels has unit length, however many there are, and weighs more than its text. The one label that
borrowed models happen to know of a foreign product, "colour=Black", would stand for all that it is
(docs/adr/0021-most-labels-or-none.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

Label = TypeVar("Label", str, bytes)


def known_labels(labels: Sequence[Label], index: Mapping[Label, int]) -> list[int]:
    """The model's numbers of a product's labels, in their order; none when it knows half of them or less."""
    known = [index[label] for label in labels if label in index]
    return known if 2 * len(known) > len(labels) else []
