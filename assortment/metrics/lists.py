"""What a list repeats and what it covers, by the titles and categories of its products: diversity that needs no vectors."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence

from assortment.catalogue.titles import normalised_title
from assortment.errors import InputError


def duplicate_title_rate(titles: Sequence[str]) -> float:
    """The share of products whose title an earlier product of the list has already, 0 to (n - 1) / n.

    Titles are compared as ``normalised_title`` leaves them: case, punctuation and white space do not count. A title of which
    nothing is left is no one's duplicate. 0 for an empty list.
    """
    plain = [normalised_title(title) for title in titles]
    named = [title for title in plain if title]
    return (len(named) - len(set(named))) / len(titles) if titles else 0.0


def category_entropy(categories: Sequence[str], *, normalised: bool = False) -> float:
    """Shannon's entropy, in bits, of the categories of a list: 0 when all are the same, log2(n) when all n differ.

    2^entropy is the effective number of categories.

    Args:
        categories: the category of each product.
        normalised: divide by log2(n), the most that a list of this length can reach, which gives 0 to 1.

    Returns:
        0 for fewer than two products, normalised or not.
    """
    num_products = len(categories)
    if num_products < 2:
        return 0.0
    shares = [count / num_products for count in Counter(categories).values()]
    entropy = math.fsum(share * math.log2(1 / share) for share in shares)
    return min(1.0, entropy / math.log2(num_products)) if normalised else entropy


def category_coverage(shown: Collection[str], possible: Collection[str]) -> float:
    """The share of the possible categories that are shown at least once, 0 to 1.

    With the categories of a catalogue as ``possible`` and those of many lists together as ``shown`` it is the catalogue
    coverage of Ge et al. 2010, "Beyond accuracy". 0 when there are no possible categories.

    Raises:
        InputError: for a category that is shown and not possible.
    """
    every = set(possible)
    unknown = next((category for category in shown if category not in every), None)
    if unknown is not None:
        raise InputError("shown", unknown, f"allowed: the {len(every)} possible categories")
    return len(set(shown)) / len(every) if every else 0.0
