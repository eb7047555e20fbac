"""The diversifier's step: defaults, page rules, and what an answer tells of each product."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assortment import artefacts
from assortment.errors import CatalogueChangingError, InputError
from assortment.serving.catalogue_tables import Catalogues
from assortment.serving.diversifier import DiversifierStep
from assortment.serving.step import strings
from assortment_client.contract import SORTS, STRATEGIES, Reason


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
        "OPEN": np.array([[0.2, 0.7, 0.1]], dtype=np.float32),  # type, colour, nothing
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


def priced(catalogues: Path, prices: list[float]) -> DiversifierStep:
    """The step over a version 2 in which products cost this."""
    path = catalogues / "2" / artefacts.OFFERS
    rows = np.load(path)
    rows["price"] = prices
    np.save(path, rows)
    return DiversifierStep(Catalogues(catalogues))


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
    assert answer(step, k=4, caps={" Type": 1})["ID"] == told["ID"], "spelled as filters may be"
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


@pytest.mark.parametrize("strategy", ["mmr", "dpp", "xquad", "quota", "expected_alpha"])
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
        "RULES.caps: 'brand' is not allowed; allowed: a facet of this catalogue: type, colour, price_band"
    )
    assert "RULES.pinned[1]: 'gone'" in refused(step, pinned=["1", "gone"])
    assert "allowed by its cap: 1" in refused(step, pinned=["0", "1"], caps={"type": 1})
    assert "allowed: at most k, 1" in refused(step, k=1, pinned=["0", "1"])


def test_a_request_scored_against_an_unknown_version_fails_alone(catalogues: Path) -> None:
    shutil.rmtree(catalogues / "1")
    gone, good = DiversifierStep(Catalogues(catalogues)).run([scored(version=1), scored()])
    assert isinstance(gone, CatalogueChangingError)
    assert isinstance(good, dict)


def test_given_candidates_are_filtered_and_the_page_says_how_many(step: DiversifierStep) -> None:
    told = answer(step, k=4, filters={"attributes": {"colour": ["red"]}})
    assert told["ID"] == ["1", "5"]
    assert told["RANK"] == [1, 2], "places among those that pass"
    assert told["UNMET"] == ["2 of 4: filters take 3 of 5 candidates"]
    assert answer(step, k=2, filters={"attributes": {"colour": ["red"]}})["UNMET"] == [""]
    assert answer(step, filters={"attributes": {"colour": ["green"]}})["UNMET"] == ["0 of 3: no candidate has colour=green"]


def test_an_empty_page_says_which_filter_emptied_it(step: DiversifierStep) -> None:
    told = answer(step, allow_version=2, filters={"category": ["Topwear"], "price": [None, 5]})
    assert told["ID"] == []
    assert told["UNMET"] == ["0 of 3: no product has a price up to 5"]
    told = answer(step, allow_version=2, filters={"category": ["Topwear"], "price": [30, 40]})
    assert told["UNMET"] == ["0 of 3: of 3 products with category=Topwear none has a price from 30 to 40"]
    assert told["RELEVANCE"] == told["REASON"] == told["OPENS"] == []


def test_a_page_that_filters_left_short_says_how_many_they_leave(step: DiversifierStep) -> None:
    told = answer(step, k=4, allow_version=2, filters={"category": ["Topwear"]}, excluded=["0"])
    assert told["ID"] == ["1", "2"]
    assert told["UNMET"] == ["2 of 4: filters leave 3 products, 1 excluded"]
    told = answer(step, k=4, allow_version=2, filters={"category": ["Topwear"]}, caps={"colour": 1})
    assert told["UNMET"] == ["2 of 4: filters leave 3 products, at most 1 of a colour"]


def test_pinned_products_need_not_pass_the_filters_and_shown_ones_stay_shown(step: DiversifierStep) -> None:
    told = answer(step, k=3, filters={"category": ["Topwear"]}, pinned=["5"], shown=["1", "4"])
    assert told["ID"] == ["5", "0", "2"]
    assert told["RANK"] == [0, 2, 3]


def test_a_filter_resolved_against_another_version_is_unavailable_and_fails_alone(step: DiversifierStep) -> None:
    filters = {"category": ["Topwear"]}
    asked = [scored(version=2, allow_version=version, filters=filters) for version in (1, 2)]
    changing, good = step.run(asked)
    assert isinstance(changing, CatalogueChangingError)
    assert str(changing) == (
        "catalogue changing: the filters were resolved against version 1, the answer was scored against version 2; try again"
    )
    assert isinstance(good, dict)


def test_sorted_pages_are_in_order_and_keep_the_rank_by_relevance(step: DiversifierStep) -> None:
    told = answer(step, k=5, sort="price_ascending")
    assert told["ID"] == ["1", "0", "5", "4", "2"], "2 has no price"
    assert told["RANK"] == [1, 2, 4, 5, 3]
    assert told["RELEVANCE"] == pytest.approx([0.9, 0.8, 0.6, 0.5, 0.7])
    assert told["REASON"] == [Reason.SORTED] * 5
    assert told["UNMET"] == [""]
    assert answer(step, k=5, sort="price_descending")["ID"] == ["4", "0", "5", "1", "2"]
    assert answer(step, k=5, sort="newest")["ID"] == ["1", "5", "0", "4", "2"]


@pytest.mark.parametrize("sort", SORTS)
def test_page_rules_hold_on_sorted_pages(step: DiversifierStep, sort: str) -> None:
    whole = answer(step, k=5, sort=sort)["ID"]
    first = answer(step, k=2, sort=sort)["ID"]
    assert [*first, *answer(step, k=3, sort=sort, shown=first)["ID"]] == whole
    assert answer(step, k=5, sort=sort, excluded=[whole[0]])["ID"] == whole[1:]
    pinned = answer(step, k=3, sort=sort, pinned=[whole[-1]])
    assert pinned["ID"] == [whole[-1], *whole[:2]]
    assert pinned["REASON"][0] == Reason.PINNED
    capped = answer(step, k=5, sort=sort, caps={"colour": 1})
    assert len(capped["ID"]) == 2
    assert "at most 1 of a colour" in capped["UNMET"][0]
    assert sum(answer(step, k=5, sort=sort, collapse=True)["COLLAPSED"]) == 2


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"k": 3}, ["1", "0", "2"]),  # 5 would stand before 2, which has no price
        ({"k": 4}, ["1", "0", "5", "2"]),
        ({"k": 2, "excluded": ["1"]}, ["0", "2"]),
        ({"k": 2, "shown": ["1", "0", "2"]}, ["5", "4"]),
    ],
)
def test_a_sorted_page_takes_weak_matches_only_to_be_full(step: DiversifierStep, asked: dict[str, Any], ids: list[str]) -> None:
    tensors = scored(sort="price_ascending", **asked)
    tensors["RELEVANCE"] = np.array([[0.9, 0.8, 0.7, 0.44, 0.4, 0, 0]], dtype=np.float32)
    (outcome,) = step.run([tensors])
    assert isinstance(outcome, dict)
    assert [product_id.decode() for product_id in outcome["ID"][0]] == ids


def test_a_sorted_page_that_caps_left_short_tells_of_weak_matches_too(step: DiversifierStep) -> None:
    tensors = scored(k=2, sort="price_ascending", caps={"type": 1})
    tensors["RELEVANCE"] = np.array([[0.9, 0.8, 0.7, 0.44, 0.4, 0, 0]], dtype=np.float32)
    (outcome,) = step.run([tensors])
    assert isinstance(outcome, dict)
    assert outcome["UNMET"].tolist() == [[b"1 of 2: 2 less than half as relevant as the best, at most 1 of a type"]]


def test_what_a_catalogue_does_not_have_is_refused_by_name(step: DiversifierStep, catalogues: Path) -> None:
    assert refused(step, filters={"attributes": {"size": ["XL"]}}) == (
        "RULES.filters.attributes: 'size' is not allowed; allowed: an attribute of this catalogue: colour, price_band"
    )
    without_prices = priced(catalogues, [np.nan] * 6)
    assert refused(without_prices, sort="price_ascending") == (
        "RULES.sort: 'price_ascending' is not allowed; this catalogue has no data for it; allowed here: relevance, rating, newest"
    )
    assert refused(without_prices, caps={"price_band": 1}) == (
        "RULES.caps: 'price_band' is not allowed; allowed: a facet of this catalogue: type, colour"
    )


def test_products_of_earlier_pages_are_no_candidates(step: DiversifierStep) -> None:
    (first,), (second,) = step.run([scored()]), step.run([scored(shown=["1", "3"])])
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert (first["NUM_CANDIDATES"].item(), second["NUM_CANDIDATES"].item()) == (5, 4)
