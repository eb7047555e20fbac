from __future__ import annotations

import re
from collections import Counter

import pytest

from assortment import manifest
from assortment.catalogue.store import Catalogue
from assortment.catalogue.summary import ReadSummary
from assortment.errors import InputError, ManifestError, StepError
from assortment.paths import BuildPaths
from assortment.protocol.lexicon import test_words_in as words_of_test
from assortment.protocol.store import Protocol
from training.pairs import steps
from training.pairs.draw import PairDrawer
from training.pairs.file import Pair, read_pairs
from training.pairs.settings import PairSettings
from training.pairs.splits import split_pairs

NUMBER = 300
BUDGET = re.compile(r" (?:under|below|up to|for less than|cheaper than) (\d+)$")


@pytest.fixture(scope="module")
def drawn(catalogue: Catalogue, protocol: Protocol) -> list[Pair]:
    return PairDrawer(catalogue.products, protocol.train_rows(catalogue).tolist(), protocol, seed=3).draw(NUMBER)


def test_pairs_are_as_many_as_wanted_and_of_both_kinds(drawn: list[Pair]) -> None:
    assert len(drawn) == NUMBER
    assert 0.2 < sum(pair.label == 1 for pair in drawn) / NUMBER < 0.45
    assert max(Counter(pair.query_key for pair in drawn).values()) <= 6


def test_the_frozen_queries_their_products_and_words_are_left_alone(
    drawn: list[Pair], catalogue: Catalogue, protocol: Protocol
) -> None:
    frozen = {query.query.casefold() for split in ("dev", "test") for query in protocol.queries(split)}
    kept_back = {catalogue.products[catalogue.row(name)].title for split in ("dev", "test") for name in protocol.products(split)}
    shown = {catalogue.products[catalogue.row(name)].title for name in protocol.products("train")}
    for pair in drawn:
        query = BUDGET.sub("", pair.query_key)
        assert query not in frozen
        assert not words_of_test(query)
        assert not any(pair.desc.startswith(f"{title}. ") for title in kept_back - shown)


def test_a_budget_divides_by_price(drawn: list[Pair]) -> None:
    budgets = [(pair, float(found.group(1))) for pair in drawn if (found := BUDGET.search(pair.query))]
    assert len(budgets) > NUMBER / 20
    assert all(pair.price is not None and pair.price <= budget for pair, budget in budgets if pair.label == 1)
    assert any(pair.price is not None and pair.price > budget for pair, budget in budgets if pair.label == 0)


def test_no_wish_stands_in_two_parts(catalogue: Catalogue, protocol: Protocol) -> None:
    """Neither in other words nor with another budget."""
    drawer = PairDrawer(catalogue.products, protocol.train_rows(catalogue).tolist(), protocol, seed=3)
    pairs = drawer.draw(NUMBER * 3)
    wishes = [
        {tuple(sorted(wish.items())) for row in rows for wish in drawer.wishes[pairs[row].query]}
        for rows in split_pairs(pairs, PairSettings()).values()
    ]
    assert all(wishes)
    assert sum(map(len, wishes)) == len(set.union(*wishes))


def test_the_step_writes_a_file_that_is_read_without_a_finding(shop: BuildPaths) -> None:
    made = steps.make(shop, pairs=120, seed=3)
    file = shop.root / "pairs" / steps.PAIRS
    first = file.read_bytes()
    summary = ReadSummary(source=str(file))
    pairs = read_pairs(file, summary)
    assert len(pairs) == made.results["pairs"] - summary.skipped
    assert all(not problem.serious or "above" in problem.name for problem in summary.findings)
    assert sum(pair.label == 1 for pair in pairs) > 20
    manifest.verify(shop.root / "pairs")

    steps.make(shop, pairs=130, seed=3)
    assert file.read_bytes() != first
    steps.make(shop, pairs=120, seed=3)
    assert file.read_bytes() == first


def test_what_is_missing_is_told(shop: BuildPaths, tmp_path) -> None:
    with pytest.raises(InputError, match="pairs: 0"):
        steps.make(shop, pairs=0)
    with pytest.raises(StepError, match="no catalogue"):
        steps.make(BuildPaths(tmp_path))
    bare = BuildPaths(tmp_path / "bare")
    bare.root.mkdir()
    bare.catalogue.symlink_to(shop.catalogue)
    with pytest.raises(ManifestError, match="protocol"):
        steps.make(bare)
