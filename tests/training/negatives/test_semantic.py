from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from assortment.catalogue.facets import FacetTable
from training.data import Drawn
from training.negatives.semantic import SemanticNegatives
from training.queries import TrainingQuery

MANY = 100
BLUE_SHIRT = TrainingQuery("blue shirt", {"type": "Shirts", "colour": "Blue"})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(
            BLUE_SHIRT, ["blue jeans", "blue tops", "red shirts"], id="a shade is no other colour, an untold one neither"
        ),
        pytest.param(TrainingQuery("shirt", {"type": "Shirts"}), [], id="one facet has no other"),
        pytest.param(
            TrainingQuery("shirt, not red", {"type": "Shirts"}, unwanted={"colour": "Red"}),
            ["red shirts"],
            id="what is turned down",
        ),
        pytest.param(
            TrainingQuery("blue top", BLUE_SHIRT.wish, further=({"type": "Tops", "colour": "Blue"},)),
            ["blue jeans", "red shirts"],
            id="what another meaning asks for",
        ),
    ],
)
def test_they_share_one_facet_and_not_another(
    query: TrainingQuery,
    expected: list[str],
    table: FacetTable,
    rows: np.ndarray,
    drawn: Callable[..., Drawn],
    names: Callable[[np.ndarray], list[str]],
) -> None:
    (found,) = SemanticNegatives(table, rows, MANY)(drawn(query), np.random.default_rng(0))
    assert names(found) == expected


@pytest.mark.parametrize("seed", range(4))
def test_other_colours_and_other_types_have_their_turn(
    seed: int, table: FacetTable, rows: np.ndarray, drawn: Callable[..., Drawn], names: Callable[[np.ndarray], list[str]]
) -> None:
    (found,) = SemanticNegatives(table, rows, 2)(drawn(BLUE_SHIRT), np.random.default_rng(seed))
    assert names(found) in (["blue jeans", "red shirts"], ["blue tops", "red shirts"])
