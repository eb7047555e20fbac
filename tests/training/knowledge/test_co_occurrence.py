"""Words of other catalogues: by hand-made shops of a few sentences, and by the real step and command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from assortment import manifest
from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue, CatalogueWriter
from assortment.cli import main
from assortment.errors import InputError
from assortment.paths import BuildPaths
from assortment.protocol.lexicon import fold, is_held_out
from training.features import Features
from training.knowledge.articles import OtherCatalogues
from training.knowledge.base import Knowledge
from training.knowledge.co_occurrence import candidates, log_likelihood_ratio
from training.knowledge.steps import FACETS, build
from training.settings import TrainingSettings

BRANDS = ("Ardena", "Borvik", "Celmar", "Dunlow")
TITLES = {
    "Jumpers": ("hoodie", "zip hoodie", "jumper with pocket", "warm hoodie"),
    "Shorts": ("swim shorts", "swim shorts 2024", "swim shorts for the sea", "new swim shorts"),
    "Lamps": ("lamp with dimmer", "lamp", "new lamp", "warm lamp"),
    "Cups": ("cup with saucer", "cup", "new cup", "espresso cup 1000"),
}


def shop_of(folder: Path, titles: Mapping[str, tuple[str, ...]] = TITLES, *, brands: tuple[str, ...] = BRANDS) -> Path:
    """A catalogue in which every brand sells every article."""
    with CatalogueWriter(folder) as writer:
        for type_, said in titles.items():
            for brand in brands:
                for title in said:
                    told = {"colour": "Red", "gender": "Men"}
                    text = f"{brand} men's red {title}"
                    writer.add(
                        Product(id=str(writer.num_products), title=text, category=("Shop", type_), brand=brand, attributes=told)
                    )
    manifest.write(folder, step="catalogue", inputs={}, settings={"titles": dict(titles)})
    return folder


def found(folder: Path, called: dict[str, list[str]]) -> dict[str, list[str]]:
    own = [Product(id=value, title=value, category=(value,)) for value in called]
    return candidates(OtherCatalogues([folder], own, FACETS).articles("type"), called)


CALLED = {"jumper": ["jumper"], "Shorts": ["shorts"], "Lamp": ["lamp"]}


def test_a_name_in_place_of_the_value_and_a_kind_of_it_are_words_and_what_describes_it_is_none(tmp_path: Path) -> None:
    assert found(shop_of(tmp_path), CALLED) == {"jumper": ["hoodie"], "Shorts": ["swim shorts"]}


def test_what_one_brand_says_is_no_word(tmp_path: Path) -> None:
    assert found(shop_of(tmp_path, brands=BRANDS[:2]), CALLED) == {}


def test_a_value_that_is_called_by_the_name_of_another_shop_is_the_same(tmp_path: Path) -> None:
    assert found(shop_of(tmp_path), {"Sweaters": ["sweaters", "jumpers"], "Lamp": ["lamp"]}) == {"Sweaters": ["hoodie"]}


def test_a_name_that_two_values_are_called_by_tells_of_neither(tmp_path: Path) -> None:
    assert found(shop_of(tmp_path), {"Sweaters": ["jumpers"], "Knitwear": ["jumpers"]}) == {}


def test_variants_of_one_article_count_once(tmp_path: Path) -> None:
    with CatalogueWriter(tmp_path) as writer:
        for number in range(200):
            kind = "Jumpers" if number % 2 else "Lamps"
            title = f"{'hoodie' if number % 2 else 'lamp'}"
            writer.add(Product(id=str(number), title=title, category=(kind,), variant_group=f"{kind} {number % 4}"))
    assert found(tmp_path, CALLED) == {}


def test_articles_of_one_title_count_for_each_brand_that_sells_them(tmp_path: Path) -> None:
    with CatalogueWriter(tmp_path) as writer:
        for kind, titles in TITLES.items():
            for brand in BRANDS:
                for title in titles:
                    writer.add(Product(id=str(writer.num_products), title=title, category=(kind,), brand=brand))
    assert found(tmp_path, CALLED) == {"jumper": ["hoodie"], "Shorts": ["swim shorts"]}


def test_the_ratio_is_nought_by_chance_and_grows_with_the_texts() -> None:
    assert log_likelihood_ratio(5, 10, 50, 100) == pytest.approx(0)
    assert log_likelihood_ratio(10, 10, 10, 20) == pytest.approx(27.726, abs=1e-3)
    assert log_likelihood_ratio(20, 20, 20, 40) == pytest.approx(2 * 27.726, abs=1e-3)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Path:
    """A shop with the types of the small shop, and with seven kinds of each that no other type has."""
    types = sorted({product.type for product in catalogue.products})
    titles = {}
    for number, name in enumerate(types):
        own = chr(ord("a") + number // 26) + chr(ord("a") + number % 26)
        titles[name] = tuple(f"{kind}{own} {name.lower()}" for kind in ("aba", "ebe", "ibi", "obo", "ubu", "ada", "ede"))
    return shop_of(tmp_path_factory.mktemp("other") / "catalogue", titles, brands=BRANDS[:3])


def test_the_step_keeps_a_few_words_that_are_near_no_other_value_and_in_no_query_of_dev_or_test(
    shop: BuildPaths, cached: Features, tiny_settings: TrainingSettings, other: Path
) -> None:
    without = build(shop, tiny_settings)
    settings = replace(tiny_settings, knowledge_from=str(other))
    told = build(shop, settings)
    results = manifest.read(shop.knowledge).results
    assert told.heads == without.heads
    for facet, values in told.words.items():
        for value, words in values.items():
            new = [word for word in words if word.source == "co-occurrence"]
            assert len(new) <= 5
            assert not [word.text for word in new if is_held_out(word.text) or fold(word.text) == fold(value)]
            assert tuple(word for word in words if word not in new) == without.words[facet].get(value, ())
    assert build(shop, settings) == told == Knowledge.read(shop.knowledge)
    assert results["words"]["co-occurrence"] > 0
    assert results["left_out"]["words that are nearer to other values"] > 0
    assert results["left_out"]["words of other catalogues behind the first few of a value"] > 0
    assert build(shop, tiny_settings) == without


@pytest.mark.parametrize("named", ["no-such-folder", "build/generated"])
def test_a_folder_that_holds_no_catalogue_is_refused(shop: BuildPaths, tiny_settings: TrainingSettings, named: str) -> None:
    with pytest.raises(InputError, match="knowledge_from"):
        build(shop, replace(tiny_settings, knowledge_from=named))


def test_a_catalogue_is_no_other_one_of_itself(shop: BuildPaths, tiny_settings: TrainingSettings) -> None:
    with pytest.raises(InputError, match="other than"):
        build(shop, replace(tiny_settings, knowledge_from=str(shop.catalogue)))


def test_the_command_takes_names_beside_the_catalogue(
    shop: BuildPaths, tiny_bert: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--catalogue", shop.root.name, "--build", str(shop.root.parent)]
    assert main(["knowledge", "build", *where, "--text-backbone", str(tiny_bert), "--also", "nowhere"]) == 1
    assert str(shop.root.parent / "nowhere" / "catalogue") in capsys.readouterr().err
