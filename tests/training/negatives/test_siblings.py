from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from assortment.catalogue.facets import FacetTable
from tests.training.negatives.conftest import WARDROBE
from training.data import Drawn
from training.knowledge.base import Knowledge
from training.knowledge.titles import type_facts
from training.negatives.siblings import SiblingNegatives
from training.queries import TrainingQuery

MANY = 100


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(TrainingQuery("shirt", {"type": "Shirts"}), ["blue tops", "red tops"], id="the type's siblings"),
        pytest.param(
            TrainingQuery("blue shirt by alba", {"type": "Shirts", "colour": "Blue", "brand": "Alba"}),
            ["red tops"],
            id="a sibling that has all else has a grade",
        ),
        pytest.param(
            TrainingQuery("shirt", {"type": "Shirts"}, further=({"type": "Tops"},)), [], id="what the word may mean as well"
        ),
        pytest.param(TrainingQuery("alba", {"brand": "Alba"}), [], id="no type"),
        pytest.param(TrainingQuery("jeans", {"type": "Jeans"}), [], id="an only child"),
    ],
)
def test_they_are_of_sibling_types_and_have_no_grade(
    query: TrainingQuery,
    expected: list[str],
    table: FacetTable,
    rows: np.ndarray,
    drawn: Callable[..., Drawn],
    names: Callable[[np.ndarray], list[str]],
) -> None:
    knowledge = Knowledge(types=type_facts([WARDROBE[row] for row in rows]))
    (found,) = SiblingNegatives(knowledge, table, rows, MANY)(drawn(query), np.random.default_rng(0))
    assert names(found) == expected


def test_a_type_that_the_knowledge_does_not_have_has_none(
    table: FacetTable, rows: np.ndarray, drawn: Callable[..., Drawn]
) -> None:
    query = TrainingQuery("shirt", {"type": "Shirts"})
    (found,) = SiblingNegatives(Knowledge(), table, rows, MANY)(drawn(query), np.random.default_rng(0))
    assert not len(found)
