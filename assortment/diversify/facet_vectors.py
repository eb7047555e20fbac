"""What the diversifier compares: a product's vector beside a code of its facets.

Vectors of products that answer one query lie close together, and say little about what a shopper would call different:
another colour, another brand. Nor do they say that two products have the same title, which a shopper takes for a repetition. So
a row is ``[sqrt(a) * product vector, sqrt(b) * facet vector, sqrt(c) * title code]`` with a + b + c = 1, and the dot product of
two rows is ``a * cosine + b * (weighted share of facets with equal values) + c * (1 if their titles are equal)``.

In a facet vector each facet has a block of coordinates. Its commonest values have an axis each, so that equal values give
exactly 1 and different ones exactly 0; rarer values have random codes of +-1/sqrt(d), seeded by the value, which give 0
plus or minus 1/sqrt(d). Codes of one catalogue version mean nothing in another.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from assortment.catalogue.product import Product
from assortment.catalogue.titles import normalised_title
from assortment.errors import InputError

OTHER: Final = "other"  # the block that all attributes without a block of their own share
_NOT_COMPARED: Final = frozenset({"size"})  # one shirt in five sizes is no assortment


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One facet's part of a facet vector."""

    weight: float
    """Its share of the facet similarity, above 0; shares are taken relative to the facets a product has."""
    dims: int
    """Coordinates; this many values are told apart exactly."""


_BLOCKS: Final = MappingProxyType(
    {
        # What shoppers leave open most, and see first, weighs most. Type implies department, so that one weighs little.
        "type": Block(weight=0.25, dims=32),
        "colour": Block(weight=0.25, dims=24),
        "brand": Block(weight=0.20, dims=32),
        "gender": Block(weight=0.15, dims=8),
        "department": Block(weight=0.10, dims=8),
        OTHER: Block(weight=0.05, dims=24),
    }
)


COMPARED: Final = tuple(name for name in _BLOCKS if name != OTHER)
"""The facets that shoppers leave open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetVectorSettings:
    """How facets enter the comparison."""

    share: float = 0.5
    """Weight of facets beside the product vector, 0 to 1."""
    title_share: float = 0.15
    """Weight of equal titles beside both, 0 to 1."""
    title_dims: int = 128
    """Coordinates of the title code; different titles agree by 0 plus or minus 1 / sqrt(title_dims)."""
    blocks: Mapping[str, Block] = field(default_factory=lambda: _BLOCKS)
    """Facet name to its block."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.share <= 1.0:
            raise InputError("share", self.share, "allowed: 0 (product vectors only) to 1 (facets only)")
        if not 0.0 <= self.title_share < 1.0 or self.title_dims < 1:
            raise InputError(
                "title_share", (self.title_share, self.title_dims), "allowed: 0 to below 1, and at least 1 dimension"
            )
        for name, block in self.blocks.items():
            if not block.weight > 0.0 or block.dims < 1:
                raise InputError(f"blocks[{name!r}]", block, "allowed: a weight above 0 and at least 1 dimension")


def diversity_vectors(
    product_vectors: npt.NDArray[np.float32], products: Sequence[Product], *, settings: FacetVectorSettings | None = None
) -> npt.NDArray[np.float32]:
    """The rows that ``diversify`` compares, for a whole catalogue.

    Args:
        product_vectors: (N, 256) float32 unit rows.
        products: the N products in the same order.
        settings: weights and sizes.

    Returns:
        (N, 256 + sum of the blocks' dims + title_dims) float32 unit rows; 512 columns by default. A product without facets is
        compared by its vector alone, one with a zero vector by its facets alone.

    Raises:
        InputError: when the numbers of vectors and products differ.
    """
    settings = settings or FacetVectorSettings()
    if len(product_vectors) != len(products):
        raise InputError(
            "product_vectors", f"{len(product_vectors)} rows", f"allowed: one for each of the {len(products)} products"
        )
    facets = facet_vectors(products, settings.blocks)
    rows = _unit(
        np.hstack([np.sqrt(1.0 - settings.share) * product_vectors, np.sqrt(settings.share) * facets]).astype(np.float32)
    )
    titles = title_codes(products, settings.title_dims)
    return np.hstack([np.sqrt(1.0 - settings.title_share) * rows, np.sqrt(settings.title_share) * titles]).astype(np.float32)


def title_codes(products: Sequence[Product], dims: int) -> npt.NDArray[np.float32]:
    """(N, dims) float32 unit rows, the same for equal normalised titles and nearly at right angles for others."""
    codes = {title: _random_code(title, dims) for title in {_title_of(product) for product in products}}
    return np.stack([codes[_title_of(product)] for product in products]) if products else np.empty((0, dims), dtype=np.float32)


def _title_of(product: Product) -> str:
    return normalised_title(product.title) or product.id  # a title of punctuation alone is nobody's duplicate


def facet_vectors(products: Sequence[Product], blocks: Mapping[str, Block] = _BLOCKS) -> npt.NDArray[np.float32]:
    """(N, sum of dims) float32: unit rows, zero for a product that has none of the facets."""
    values: dict[str, list[list[str]]] = {name: [] for name in blocks}
    for product in products:
        facets = product.facets()
        others = [f"{name}={value}" for name, value in sorted(facets.items()) if name not in blocks and name not in _NOT_COMPARED]
        for name in blocks:
            values[name].append(others if name == OTHER else [f"{name}={facets[name]}"] if name in facets else [])
    parts = [np.sqrt(block.weight) * _block_vectors(values[name], block.dims) for name, block in blocks.items()]
    return _unit(np.hstack(parts).astype(np.float32))


def _block_vectors(values: list[list[str]], dims: int) -> npt.NDArray[np.float32]:
    """(N, dims) unit rows of one block: the sum of the codes of a product's values; zero where there is no value."""
    counts = Counter(value for row in values for value in row)
    by_frequency = sorted(counts, key=lambda value: (-counts[value], value))
    axes = np.eye(dims, dtype=np.float32)
    codes = {value: axes[i] if i < dims else _random_code(value, dims) for i, value in enumerate(by_frequency)}
    rows = np.zeros((len(values), dims), dtype=np.float32)
    for row, of_product in zip(rows, values, strict=True):
        for value in of_product:
            row += codes[value]
    return _unit(rows)


def _random_code(value: str, dims: int) -> npt.NDArray[np.float32]:
    """+-1/sqrt(dims) by the bits of BLAKE2b of the value: the same everywhere."""
    digest = np.frombuffer(hashlib.blake2b(value.encode(), digest_size=64).digest(), dtype=np.uint8)
    bits = np.resize(np.unpackbits(digest), dims)
    return np.where(bits == 1, 1.0, -1.0).astype(np.float32) / np.float32(np.sqrt(dims))


def _unit(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: npt.NDArray[np.float32] = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
    return unit
