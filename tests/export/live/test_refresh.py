"""News of offers: another version with the vectors of the one before."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from assortment import artefacts, manifest
from assortment.catalogue.offers import Offer
from assortment.catalogue.store import Catalogue
from assortment.errors import StepError
from assortment.paths import BuildPaths
from assortment.serving import sorting
from assortment.serving.catalogue_tables import ProductTable
from assortment.serving.offers import Offers
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import SearchRequest
from assortment_client.contract import SORTS
from export import index_versions
from export.index_step import index
from export.live.command import _make
from export.live.publish import publish
from export.refresh import refresh

pytestmark = pytest.mark.slow


def test_only_offers_change(shop: BuildPaths) -> None:
    products = Catalogue.open(shop.catalogue).products
    told = refresh(shop, {products[0].id: Offer(price=3.5, stock=0), "nobody": Offer(price=1.0)}).results
    assert (told["refreshed"], told["unknown"], told["reused"], told["changed"]) == (1, 1, len(products), 0)
    one, two = shop.index / "1", shop.index / "2"
    for name in (*artefacts.ROW_DATA, artefacts.DIVERSITY_VECTORS):
        assert os.path.samefile(one / name, two / name)
    before, after = Offers.open(one), Offers.open(two)
    assert (after.price[0], after.stock[0], after.rating[0]) == (3.5, 0, before.rating[0])
    assert np.array_equal(before.price[1:], after.price[1:], equal_nan=True)
    assert before.added.tolist() == after.added.tolist()
    constants = onnx.load(str(two / artefacts.SCORER), load_external_data=False).graph.initializer
    (places,) = (onnx.numpy_helper.to_array(tensor) for tensor in constants if tensor.name == "places")
    assert np.array_equal(places.reshape(len(SORTS), -1), sorting.places(after)), "the scorer sorts by the new price"
    manifest.verify(two)


def test_news_add_up_and_last_until_the_next_import(shop: BuildPaths, edit: Callable[..., None]) -> None:
    products = Catalogue.open(shop.catalogue).products
    refresh(shop, {products[0].id: Offer(price=3.5)})
    refresh(shop, {products[0].id: Offer(stock=7)})
    offers = Offers.open(shop.index / "3")
    assert (offers.price[0], offers.stock[0]) == (3.5, 7)
    assert index(shop).settings["version"] == 3  # the vectors are those of this catalogue

    edit(shop, lambda all_products: [replace(all_products[0], price=99.0), *all_products[1:]])
    with pytest.raises(StepError, match="version 3 was indexed from another catalogue"):
        refresh(shop, {products[0].id: Offer(price=1.0)})
    assert index(shop).results["reused"] == len(products)
    assert Offers.open(shop.index / "4").price[0] == 99.0


def test_a_price_in_another_currency_is_counted_and_left_out(
    shop: BuildPaths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign, own = Catalogue.open(shop.catalogue).products[:2]
    news = tmp_path / "prices.csv"
    news.write_text(f"id,price,currency\n{foreign.id},3.5,XTS\n{own.id},4.5,{own.currency}\n", encoding="utf-8")
    _make(shop, Namespace(action="refresh", source=news, strict=False, map=[], decimal=""))
    assert Offers.open(shop.index / "2").price[:2].tolist() == pytest.approx([foreign.price, 4.5])
    assert "currency" in capsys.readouterr().out


def test_filters_and_sorting_use_the_news(shop: BuildPaths) -> None:
    products = Catalogue.open(shop.catalogue).products
    shirts = [product.id for product in products if "shirt" in product.title.lower()][:4]
    assert len(shirts) == 4
    refresh(shop, {product_id: Offer(price=0.01 * (1 + place), stock=5) for place, product_id in enumerate(shirts)})
    publish(shop, [])
    rules = '{"filters": {"price": [null, 0.05]}, "sort": "price_ascending"}'
    (answer,) = Pipeline.open(shop.model_repository).search([SearchRequest(query="shirt", rules=rules)])
    assert answer.ids == shirts
    assert answer.catalogue_version == 2


def test_bands_of_the_price_follow_the_news(shop: BuildPaths) -> None:
    def bands(version: str) -> dict[str, str]:
        table = ProductTable.open(shop.index / version)
        facet = table.facets["price_band"]
        told = [facet.values[code] if code >= 0 else "" for code in facet.codes.tolist()]
        return dict(zip((product_id.decode() for product_id in table.ids.tolist()), told, strict=True))

    before = bands("1")
    kinds = {product.id: product.type for product in Catalogue.open(shop.catalogue).products}
    dear = next(product_id for product_id, band in before.items() if band == "high")
    refresh(shop, {dear: Offer(price=0.01)})
    after = bands("2")
    assert after[dear] == "low"
    assert {kinds[product_id] for product_id in after if after[product_id] != before[product_id]} == {kinds[dear]}


def test_news_of_strangers_are_refused(shop: BuildPaths) -> None:
    with pytest.raises(StepError, match=r"none of the 1 offers is of a product of shop: nobody"):
        refresh(shop, {"nobody": Offer(price=1.0)})
    with pytest.raises(StepError, match="no offer at all"):
        refresh(shop, {})
    assert not (shop.index / "2").exists()


def test_an_index_of_another_release_is_not_refreshed(shop: BuildPaths) -> None:
    newest = shop.index / str(index_versions.newest(shop.index))
    path = newest / manifest.FILENAME
    path.write_text(path.read_text(encoding="utf-8").replace('"layout": ', '"layout": 1'), encoding="utf-8")
    known = Catalogue.open(shop.catalogue).products[0].id
    with pytest.raises(StepError, match="of another release; run `assortment index"):
        refresh(shop, {known: Offer(price=1.0)})
    assert index_versions.newest(shop.index) == int(newest.name)
