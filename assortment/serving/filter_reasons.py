"""Why filters left a page short: which of them emptied it, or how many products they leave. Computed for short pages only."""

from __future__ import annotations

import numpy as np

from assortment.serving.facet_values import Mask, Rows
from assortment.serving.filter_table import Condition, FilterTable
from assortment.serving.filters import Filters


def why_few(table: FilterTable, filters: Filters, given: Rows | None = None) -> str:
    """What the filters did, as in "no product has brand=Foo".

    Args:
        table: of the version that the page comes from.
        filters: at least one.
        given: (n,) rows of the candidates that a caller gave; None when the whole catalogue was searched.
    """
    conditions = table.conditions(filters)
    masks = [condition.holds(given) for condition in conditions]
    passing = np.logical_and.reduce(masks)
    num_passing = int(passing.sum())
    if num_passing == 0:
        return _emptied(conditions, masks, "product" if given is None else "candidate")
    if given is None:
        return f"filters leave {num_passing} product{'s' if num_passing > 1 else ''}"
    num_taken = len(given) - num_passing
    return f"filters take {num_taken} of {len(given)} candidates" if num_taken else ""


def _emptied(conditions: list[Condition], masks: list[Mask], noun: str) -> str:
    """The first condition that nothing meets; or the first that none of those meet which pass the ones before it."""
    for condition, mask in zip(conditions, masks, strict=True):
        if not mask.any():
            return f"no {noun} has {condition.told}"
    left = np.ones_like(masks[0])
    for place, mask in enumerate(masks):
        if not (left & mask).any():
            before = " and ".join(condition.told for condition in conditions[:place])
            num = int(left.sum())
            return f"of {num} {noun}{'s' if num > 1 else ''} with {before} none has {conditions[place].told}"
        left &= mask
    raise AssertionError("the conditions leave nothing")
