"""What training may not see: products by group, attributes by combination.

**Groups.** Products that share a normalised title, the bytes of a picture or a variant group are one group, and a group lies
in one split as a whole. Dev and test queries derive from products of the dev and test groups; training takes its positives
from the train groups.

**Combinations.** Each pair of named facets, such as (type Tshirts, colour Red), is reserved for dev or test by a seeded hash; a
facet that is named alone ("nike") is a combination too. A training query may contain no reserved combination, a dev query has
at least one of dev and none of test, a test query at least one of test: so every test query asks for a combination that no
training query asked for. Pairs that very many products carry (Tshirts for Men) are never reserved, since training could not do
without them.

Words, the third thing, are split by ``lexicon``.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from assortment.catalogue.facets import FacetTable
from assortment.catalogue.product import Product
from assortment.text import normalise

Split = Literal["train", "dev", "test"]
SPLITS: Final[tuple[Split, ...]] = ("train", "dev", "test")
DEV_GROUPS: Final = 0.08  # shares of the groups
TEST_GROUPS: Final = 0.12
DEV_COMBINATIONS: Final = 0.06  # shares of the combinations
TEST_COMBINATIONS: Final = 0.12
COMMON_PAIR: Final = 0.02  # a pair that a larger share of the products carries is never reserved

Combination = tuple[tuple[str, str], ...]
"""One or two facets with their values, in alphabetical order."""


def group_products(products: Sequence[Product], picture_digests: Sequence[str]) -> npt.NDArray[np.int64]:
    """(N,) int64: the group of each product, named by the row of its first member (union-find).

    ``picture_digests`` holds a hash of each product's picture bytes, empty for a product without picture.
    """
    parent = list(range(len(products)))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    first: dict[tuple[str, str], int] = {}
    for row, product in enumerate(products):
        shared = {"title": _plain_title(product.title), "picture": picture_digests[row], "variant": product.variant_group}
        for kind, value in shared.items():
            if value:
                one, other = root(first.setdefault((kind, value), row)), root(row)
                parent[max(one, other)] = min(one, other)
    return np.array([root(row) for row in range(len(products))], dtype=np.int64)


def _plain_title(title: str) -> str:
    """Lower case, letters and digits only: "Nike Men's T-Shirt" and "nike mens t shirt" are one title."""
    kept = "".join(c if c.isalnum() else " " for c in normalise(title).lower().replace("'", ""))
    return " ".join(kept.split())


def split_groups(products: Sequence[Product], groups: npt.NDArray[np.int64], *, seed: int) -> list[Split]:
    """The split of each product: a seeded hash of the id of its group's first member."""
    names = {group: f"group|{products[group].id}" for group in groups.tolist()}
    split_of: dict[int, Split] = {group: _drawn(seed, name, DEV_GROUPS, TEST_GROUPS) for group, name in names.items()}
    return [split_of[group] for group in groups.tolist()]


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinationRule:
    """Which combinations of attribute values are reserved for dev and test."""

    seed: int
    common: frozenset[Combination]
    """Pairs that are never reserved."""

    def split(self, wish: Mapping[str, str]) -> Split:
        """Where a wish may be used: test or dev when a combination of it is reserved (test goes first), else train."""
        found = {self._split(combination) for combination in combinations(wish)}
        return "test" if "test" in found else "dev" if "dev" in found else "train"

    def _split(self, combination: Combination) -> Split:
        if combination in self.common:
            return "train"
        name = "|".join(f"{facet}={value}" for facet, value in combination)
        return _drawn(self.seed, f"combination|{name}", DEV_COMBINATIONS, TEST_COMBINATIONS)


def combinations(wish: Mapping[str, str]) -> Iterator[Combination]:
    """All pairs of a wish's facets; a single facet by itself."""
    return itertools.combinations(sorted(wish.items()), min(2, len(wish)))


def common_pairs(table: FacetTable) -> frozenset[Combination]:
    """The pairs that more than ``COMMON_PAIR`` of the products carry."""
    found: set[Combination] = set()
    for one, other in itertools.combinations(table.facets, 2):
        first, second = table.column(one), table.column(other)
        width = len(second.values)
        both = (first.codes >= 0) & (second.codes >= 0)
        together = first.codes[both].astype(np.int64) * width + second.codes[both]
        codes, counts = np.unique(together, return_counts=True)
        for code in codes[counts > COMMON_PAIR * len(table)].tolist():
            found.add(((one, first.values[code // width]), (other, second.values[code % width])))
    return frozenset(found)


def _drawn(seed: int, name: str, dev_share: float, test_share: float) -> Split:
    """A split drawn by hash: uniform over names, the same on every machine."""
    digest = hashlib.blake2b(f"{seed}|{name}".encode(), digest_size=8).digest()
    drawn = int.from_bytes(digest, "big") / 2**64
    return "test" if drawn < test_share else "dev" if drawn < test_share + dev_share else "train"
