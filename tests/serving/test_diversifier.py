"""The diversifier's step: defaults, page rules, and what an answer tells of each product."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assortment.errors import CatalogueChangingError, InputError
from assortment.serving.catalogue_tables import Catalogues
from assortment.serving.diversifier import DiversifierStep
from assortment.serving.step import strings
from assortment_client.contract import STRATEGIES, Reason


def scored(
    *,
    version: int = 2,
    k: float = 3,
    diversity: float = np.nan,
    strategy: str | None = None,
    max_loss: float = np.nan,
    allow_version: int = 0,
    **rules: Any,
) -> dict[str, np.ndarray]:
    index = -1 if strategy is None else STRATEGIES.index(strategy)
    return {
        "ROW": np.array([[1, 0, 2, 5, 4, -1, -1]], dtype=np.int32),
        "RELEVANCE": np.array([[0.9, 0.8, 0.7, 0.6, 0.5, 0, 0]], dtype=np.float32),
        "OPTIONS": np.array([[k, diversity, index, max_loss]], dtype=np.float32),
        "RULES": strings([json.dumps(rules).encode() if rules else b""]),
        "ALLOW_VERSION": np.array([[allow_version]], dtype=np.int64),
        "CATALOGUE_VERSION": np.array([[version]], dtype=np.int64),
    }


@pytest.fixture
def step(catalogues: Path) -> DiversifierStep:
    return DiversifierStep(Catalogues(catalogues))


def answer(step: DiversifierStep, **asked: Any) -> dict[str, list[Any]]:
    (outcome,) = step.run([scored(**asked)])
    assert isinstance(outcome, dict), outcome
    told = {name: values[0].tolist() for name, values in outcome.items()}
    return {**told, **{name: [value.decode() for value in told[name]] for name in ("ID", "OPENS", "UNMET")}}


def refused(step: DiversifierStep, **asked: Any) -> str:
    (outcome,) = step.run([scored(**asked)])
    assert isinstance(outcome, InputError)
    return str(outcome)


def test_the_catalogues_default_is_used_when_none_is_asked(step: DiversifierStep) -> None:
    told = answer(step)
    assert told["ID"] == ["1", "0", "2"]
    assert told["RANK"] == [1, 2, 3]
    assert told["REASON"] == [Reason.RELEVANCE] * 3
    assert told["CATALOGUE_VERSION"] == [2]
    assert told["COLLAPSED"] == [0, 0, 0]
    assert told["UNMET"] == [""]
    assert told["RELEVANCE"] == pytest.approx([0.9, 0.8, 0.7])


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_serves_a_page(step: DiversifierStep, strategy: str) -> None:
    told = answer(step, k=4, diversity=0.9, strategy=strategy)
    assert len(set(told["ID"])) == 4
    assert answer(step, k=5, diversity=0.0, strategy=strategy)["ID"] == ["1", "0", "2", "5", "4"]


def test_what_diversity_brought_to_the_page_says_so(step: DiversifierStep) -> None:
    told = answer(step, version=1, k=2, diversity=0.5, strategy="dpp")
    assert told["ID"] == ["1", "5"]
    assert told["RANK"] == [1, 4]
    assert told["REASON"] == [Reason.RELEVANCE, Reason.DIVERSITY]
    assert told["OPENS"] == ["", "type=shoe"]


def test_a_loss_of_nothing_is_the_order_of_relevance_and_a_large_one_is_not(step: DiversifierStep) -> None:
    assert answer(step, max_loss=0.0)["ID"] == ["1", "0", "2"]
    assert answer(step, max_loss=0.5)["ID"][:2] == ["1", "5"]


def test_padding_rows_never_reach_an_answer(step: DiversifierStep) -> None:
    assert len(answer(step, k=100)["ID"]) == 5


def test_caps_hold_and_a_page_they_shorten_says_so(step: DiversifierStep) -> None:
    told = answer(step, k=4, caps={"type": 1})
    assert told["ID"] == ["1", "5"]
    assert told["UNMET"] == ["2 of 4: at most 1 of a type"]


def test_pinned_products_stand_first_even_when_they_were_not_scored(step: DiversifierStep) -> None:
    told = answer(step, k=4, pinned=["3", "4"])
    assert told["ID"] == ["3", "4", "1", "0"]
    assert told["RANK"] == [0, 5, 1, 2]
    assert told["RELEVANCE"] == pytest.approx([0.0, 0.5, 0.9, 0.8])
    assert told["REASON"] == [Reason.PINNED, Reason.PINNED, Reason.RELEVANCE, Reason.RELEVANCE]


def test_excluded_products_make_room_and_unknown_ones_do_no_harm(step: DiversifierStep) -> None:
    assert answer(step, excluded=["1", "sold out"])["ID"] == ["0", "2", "5"]
    assert answer(step, k=5, excluded=["1"])["UNMET"] == ["4 of 5: 1 excluded"]


@pytest.mark.parametrize("strategy", ["mmr", "dpp", "xquad", "quota"])
def test_page_two_goes_on_where_page_one_ended(step: DiversifierStep, strategy: str) -> None:
    whole = answer(step, k=5, diversity=0.4, strategy=strategy)["ID"]
    first = answer(step, k=2, diversity=0.4, strategy=strategy)["ID"]
    second = answer(step, k=3, diversity=0.4, strategy=strategy, shown=first)["ID"]
    assert [*first, *second] == whole
    assert answer(step, k=3, shown=whole)["UNMET"] == ["0 of 3: 5 on earlier pages"]


def test_a_pinned_product_is_not_repeated_on_page_two(step: DiversifierStep) -> None:
    assert answer(step, k=2, pinned=["4"], shown=["4", "1"])["ID"] == ["0", "2"]


def test_variants_and_equal_titles_collapse_into_the_best(step: DiversifierStep) -> None:
    told = answer(step, k=5, collapse=True)
    assert told["ID"] == ["1", "2", "5"]
    assert told["COLLAPSED"] == [1, 0, 1]
    assert told["UNMET"] == ["3 of 5: 2 collapsed into others"]


def test_near_duplicates_collapse_by_their_vectors(step: DiversifierStep) -> None:
    told = answer(step, k=5, near_duplicate=0.99)
    assert told["ID"] == ["1", "5"]
    assert told["COLLAPSED"] == [2, 1]


def test_a_variant_of_what_page_one_showed_does_not_come_back(step: DiversifierStep) -> None:
    assert answer(step, k=5, collapse=True, shown=["1"])["ID"] == ["2", "5"]


def test_rules_that_cannot_be_kept_are_refused_by_name(step: DiversifierStep) -> None:
    assert refused(step, caps={"brand": 1}) == (
        "RULES.caps: 'brand' is not allowed; allowed: a facet of this catalogue: type, colour"
    )
    assert "RULES.pinned[1]: 'gone'" in refused(step, pinned=["1", "gone"])
    assert "allowed by its cap: 1" in refused(step, pinned=["0", "1"], caps={"type": 1})
    assert "allowed: at most k, 1" in refused(step, k=1, pinned=["0", "1"])


def test_a_request_scored_against_an_unknown_version_fails_alone(catalogues: Path) -> None:
    shutil.rmtree(catalogues / "1")
    gone, good = DiversifierStep(Catalogues(catalogues)).run([scored(version=1), scored()])
    assert isinstance(gone, CatalogueChangingError)
    assert isinstance(good, dict)
