from __future__ import annotations

import filecmp
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from assortment import manifest
from assortment.catalogue.facets import FacetTable
from assortment.catalogue.product import Product
from assortment.catalogue.steps import import_catalogue
from assortment.catalogue.store import Catalogue, CatalogueWriter
from assortment.errors import DataError, ManifestError, StepError
from assortment.paths import BuildPaths
from assortment.protocol import lexicon
from assortment.protocol.grades import grade_products
from assortment.protocol.grammar import DEV, TEST
from assortment.protocol.steps import ENOUGH_PRODUCTS, NUM_QUERIES, freeze
from assortment.protocol.store import JUDGMENTS, QUERIES, SPLITS_FILE, Protocol
from assortment.protocol.wishes import OPEN_FACETS
from training.queries import QueryGrammar
from training.queries.mentions import PATTERNS


def copied(paths: BuildPaths, to: Path) -> BuildPaths:
    return BuildPaths(Path(shutil.copytree(paths.root, to / "copy")))


def test_there_are_queries_of_both_kinds_and_every_open_facet(protocol: Protocol) -> None:
    for split, number in NUM_QUERIES.items():
        queries = protocol.queries(split)
        assert len(queries) > number / 2
        assert {query.kind for query in queries} == {"ambiguous", "unambiguous"}
    open_facets = {query.open[0] for query in protocol.queries("test") if query.open}
    assert open_facets == {"type", "colour", "brand", "gender", "department"}


def test_texts_and_ids_are_unique(protocol: Protocol) -> None:
    queries = protocol.queries("dev") + protocol.queries("test")
    assert len({query.query for query in queries}) == len({query.id for query in queries}) == len(queries)


def test_judgments_grade_the_whole_catalogue(protocol: Protocol, shop: list[Product], table: FacetTable) -> None:
    for query in protocol.queries("test")[::10]:
        grades = grade_products(query.wish, table)
        expected = {shop[row].id: int(grades[row]) for row in np.flatnonzero(grades)}
        assert protocol.judgments[query.id] == expected
        assert protocol.judgments[query.id][query.seed_product] == 3


def test_subtopics_are_the_values_of_the_main_open_facet(protocol: Protocol, shop: list[Product]) -> None:
    facets = {product.id: product.facets() for product in shop}
    for query in protocol.queries("test"):
        covering = protocol.subtopics[query.id]
        assert all(protocol.judgments[query.id][product] >= 2 for product in covering)
        if query.kind == "ambiguous":
            assert all(names == (facets[product][query.open[0]],) for product, names in covering.items())
            assert len({name for names in covering.values() for name in names}) >= 3
        else:
            assert len({name for names in covering.values() for name in names}) == 1


def test_seed_products_lie_in_the_group_split_of_their_query(protocol: Protocol) -> None:
    for split in NUM_QUERIES:
        assert {query.seed_product for query in protocol.queries(split)} <= set(protocol.products(split))


def test_groups_of_training_and_test_share_no_title(protocol: Protocol, shop: list[Product]) -> None:
    titles = {product.id: product.title for product in shop}
    train = {titles[product] for product in protocol.products("train")}
    assert not train & {titles[product] for split in NUM_QUERIES for product in protocol.products(split)}


def test_train_rows_are_the_rows_of_the_train_products(protocol: Protocol, paths: BuildPaths, shop: list[Product]) -> None:
    rows = protocol.train_rows(Catalogue.open(paths.catalogue))
    assert [shop[row].id for row in rows] == [product.id for product in shop if product.id in set(protocol.products("train"))]


def test_every_query_asks_for_a_combination_closed_to_training(protocol: Protocol) -> None:
    queries = protocol.queries("dev") + protocol.queries("test")
    assert not any(protocol.allowed_for_training(query.wish) for query in queries)
    assert all(protocol.rule.split(query.wish) == query.split for query in queries)


def test_the_training_grammar_uses_no_held_out_word_template_or_combination(protocol: Protocol, shop: list[Product]) -> None:
    rows = [row for row, product in enumerate(shop) if product.id in set(protocol.products("train"))]
    grammar = QueryGrammar(shop, rows, protocol, image_fraction=0.0)
    generator = np.random.default_rng(0)
    drawn = [grammar.draw(generator) for _ in range(1000)]
    assert not any(lexicon.test_words_in(query.text) for query in drawn)
    assert all(protocol.allowed_for_training(query.wish) for query in drawn)
    templates = {*DEV.with_type, *DEV.without_type, *TEST.with_type, *TEST.without_type}
    assert not templates & set(PATTERNS)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(paths: BuildPaths, tmp_path: Path) -> None:
    again, other = copied(paths, tmp_path / "a"), copied(paths, tmp_path / "b")
    shutil.rmtree(again.protocol)
    freeze(again, seed=1)
    freeze(other, seed=2)
    files = [QUERIES, JUDGMENTS, SPLITS_FILE]
    assert filecmp.cmpfiles(paths.protocol, again.protocol, files, shallow=False)[0] == files
    assert filecmp.cmpfiles(paths.protocol, other.protocol, files, shallow=False)[0] == []


def test_a_current_protocol_is_left_alone(paths: BuildPaths) -> None:
    before = (paths.protocol / QUERIES).stat().st_mtime_ns
    assert freeze(paths, seed=1) == manifest.read(paths.protocol)
    assert (paths.protocol / QUERIES).stat().st_mtime_ns == before


@pytest.mark.parametrize("name", [QUERIES, JUDGMENTS, SPLITS_FILE])
def test_a_changed_file_is_refused_by_name(paths: BuildPaths, tmp_path: Path, name: str) -> None:
    changed = copied(paths, tmp_path)
    with (changed.protocol / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ManifestError, match=name):
        Protocol.open(changed.protocol)


def test_another_steps_folder_is_refused(paths: BuildPaths) -> None:
    with pytest.raises(DataError, match="step 'catalogue'"):
        Protocol.open(paths.catalogue)


def test_a_catalogue_that_lacks_a_product_is_refused(protocol: Protocol, shop: list[Product], tmp_path: Path) -> None:
    with CatalogueWriter(tmp_path) as writer:
        writer.add(shop[0])
    with pytest.raises(DataError, match="no product"):
        protocol.train_rows(Catalogue.open(tmp_path))


def test_a_catalogue_without_facets_is_refused(tmp_path: Path) -> None:
    paths = BuildPaths(tmp_path)
    with CatalogueWriter(paths.catalogue) as writer:
        for i in range(20):
            writer.add(Product(id=str(i), title=f"thing {i}"))
    manifest.write(paths.catalogue, step="catalogue", inputs={}, settings={})
    with pytest.raises(StepError, match=r"20 products give no dev query.*too few facets to name"):
        freeze(paths)
    assert not (paths.protocol / manifest.FILENAME).exists()


@pytest.mark.data
def test_real_products_give_queries_of_every_open_facet(real_data: Path, tmp_path: Path) -> None:
    paths = BuildPaths(tmp_path)
    import_catalogue(paths, reader="fashion", source=real_data / "fashion", limit=5000)
    results = freeze(paths).results
    assert results["test"]["kept"] > NUM_QUERIES["test"] / 2
    assert set(results["test"]["main_open_facet"]) == set(OPEN_FACETS)
    assert results["test"]["with_held_out_word"] > results["test"]["kept"] / 2
    assert results["dev"]["with_held_out_word"] == 0


@pytest.mark.data
def test_the_real_groceries_are_too_few_and_the_real_shop_is_not(real_data: Path, tmp_path: Path) -> None:
    few, enough = BuildPaths(tmp_path / "grocery"), BuildPaths(tmp_path / "luma")
    import_catalogue(few, reader="grocery", source=real_data / "grocery")
    with pytest.raises(StepError, match=r"81 products give no dev query.* 800 products .* merge"):
        freeze(few)
    import_catalogue(enough, reader="luma", source=real_data / "luma", limit=ENOUGH_PRODUCTS)
    assert all(freeze(enough).results[split]["kept"] for split in ("dev", "test"))


def test_what_was_kept_and_rejected_is_told(paths: BuildPaths) -> None:
    results = json.loads((paths.protocol / manifest.FILENAME).read_text(encoding="utf-8"))["results"]
    assert results["groups"]["products"].keys() == {"train", "dev", "test"}
    assert results["test"]["kept"] <= results["test"]["wanted"] == NUM_QUERIES["test"]
    assert sum(results["test"]["rejected_drafts"].values()) > 0
