"""Which facets are open, what results open, and the bands of the price, which no model knows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assortment import artefacts
from assortment.serving.catalogue_tables import Catalogues
from assortment.serving.diversifier import DiversifierStep
from assortment.serving.open_facets import OpenFacets
from tests.serving.test_diversifier import answer, priced, scored


@pytest.fixture
def step(catalogues: Path) -> DiversifierStep:
    return DiversifierStep(Catalogues(catalogues))


def test_what_is_open_is_told_by_products_that_can_be_chosen(step: DiversifierStep) -> None:
    table = step._catalogues.version(2)
    rows, relevance = np.array([1, 0, 2, 5, 4], dtype=np.int32), np.full(5, 0.5)
    nothing_told = np.zeros(3, dtype=np.float32)
    for num_shown in range(4):
        whole = OpenFacets(table, rows, relevance, nothing_told, num_shown=num_shown)
        rest = OpenFacets(table, rows[num_shown:], relevance[num_shown:], nothing_told)
        assert whole._openness == rest._openness
        assert whole.groups()[num_shown:].tolist() == rest.groups().tolist()


def test_facets_that_a_catalogue_lacks_leave_their_chance_to_those_that_it_has(step: DiversifierStep) -> None:
    table = step._catalogues.version(2)
    rows, relevance = np.array([1, 0, 2, 5, 4], dtype=np.int32), np.full(5, 0.5)
    borrowed = replace(table, named_facets=("type", "colour", "gender"))
    told = np.array([0.1, 0.2, 0.65, 0.05], dtype=np.float32)  # the last is nothing
    found = OpenFacets(borrowed, rows, relevance, told)
    assert found._open == pytest.approx({"type": 0.98 * 0.95 / 3, "colour": 0.98 * 2 * 0.95 / 3, "price_band": 0.02 * 0.95})
    assert len(found.facets().open) == 4, "the title and all three, as nothing is unlikely"
    assert OpenFacets(borrowed, rows, relevance, np.array([0, 0, 0.95, 0.05], dtype=np.float32))._open == {"type": 0, "colour": 0}


def test_intents_go_by_what_the_query_leaves_open_and_by_the_candidates_where_no_model_tells(step: DiversifierStep) -> None:
    table = step._catalogues.version(2)
    rows, relevance = np.array([1, 0, 2, 5, 4], dtype=np.int32), np.full(5, 0.5)

    def weights(*told: float) -> list[float]:
        found = OpenFacets(table, rows, relevance, np.array(told, dtype=np.float32)).intents()
        return found.checked(len(rows)).weights.tolist()

    num_types, num_colours = (len(np.unique(table.facets[name].codes[rows])) for name in ("type", "colour"))
    assert weights(0.0, 0.9, 0.1) == pytest.approx([1 / num_colours] * num_colours), "the type is named"
    assert len(weights(0.4, 0.5, 0.1)) == num_types + num_colours
    assert weights(0.3, 0.4, 0.3) == [], "nothing may well be open"
    assert len(weights(0.0, 0.0, 0.0)) == num_types + num_colours, "no model tells"


def test_a_price_that_is_named_is_not_open(step: DiversifierStep) -> None:
    table = step._catalogues.version(2)
    rows, relevance = np.array([1, 0, 2, 5, 4], dtype=np.int32), np.full(5, 0.5)
    found = OpenFacets(table, rows, relevance, np.array([0.2, 0.7, 0.1], dtype=np.float32), price_named=True)
    assert found._open == pytest.approx({"type": 0.2, "colour": 0.7})
    assert "price_band" not in found._openness


def opened(step: DiversifierStep, **asked: Any) -> set[str]:
    """Facets that results are the first to show a value of, among three shoes of two colours and three bands of the price."""
    tensors = scored(**asked)
    tensors["ROW"] = np.array([[4, 3, 5]], dtype=np.int32)
    tensors["RELEVANCE"] = np.array([[0.9, 0.8, 0.7]], dtype=np.float32)
    (outcome,) = step.run([tensors])
    assert isinstance(outcome, dict), outcome
    return {told.partition(b"=")[0].decode() for told in outcome["OPENS"][0].tolist()} - {""}


def test_results_open_a_band_of_the_price_unless_the_price_is_asked_for(catalogues: Path, step: DiversifierStep) -> None:
    assert opened(step) == {"colour", "price_band"}
    assert opened(step, sort="rating") == {"colour", "price_band"}
    for named in (
        {"sort": "price_ascending"},
        {"sort": "price_descending"},
        {"filters": {"price": [None, 100]}},
        {"filters": {"price_level": "low"}},
    ):
        assert opened(step, **named) == {"colour"}, named
    assert opened(priced(catalogues, [np.nan] * 6)) == {"colour"}
    assert opened(priced(catalogues, [9.0] * 6)) == {"colour"}, "of one price all are in the middle"


def test_a_cap_on_the_bands_of_the_price_mixes_them(step: DiversifierStep, catalogues: Path) -> None:
    bands = step._catalogues.version(2).facets["price_band"]
    assert [bands.values[code] if code >= 0 else "" for code in bands.codes] == ["high", "low", "", "high", "middle", "low"]
    told = answer(step, k=5, caps={"price_band": 1})
    assert told["ID"] == ["1", "0", "2", "4"], "2 has no price, and so no band"
    assert told["UNMET"] == ["4 of 5: at most 1 of a price_band"]
    assert answer(step, k=5, caps={"Price Band": 1})["ID"] == told["ID"]
    assert answer(step, k=2, caps={"price_band": 1}, shown=["1", "0"])["ID"] == ["2", "5"], "each page has its own"
    assert answer(step, k=5, caps={"price_band": 1}, sort="price_ascending")["ID"] == ["1", "0", "4", "2"]
    assert answer(step, caps={"price_band": 1}, filters={"price": [None, 25]})["ID"] == ["1", "0"]
    assert answer(step, filters={"attributes": {"price_band": ["low"]}})["ID"] == ["1", "5"]
    for prices in ([10.0] * 6, [10.0, 20.0, np.nan, np.nan, 30.0, np.nan]):
        assert len(answer(priced(catalogues, prices), k=5, caps={"price_band": 5})["ID"]) == 5


def test_a_catalogues_own_price_band_is_the_one_that_counts(step: DiversifierStep, catalogues: Path) -> None:
    own = catalogues / "2" / artefacts.FACET_VALUES
    own.write_text(json.dumps({"type": ["shirt", "shoe"], "price_band": ["budget", "premium"]}))
    told = answer(DiversifierStep(Catalogues(catalogues)), k=5, caps={"price_band": 1})
    assert told["ID"] == answer(step, k=5, caps={"colour": 1})["ID"]
    assert told["OPENS"] == ["", "price_band=budget"]
