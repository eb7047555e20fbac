"""Which products pass filters: the tables that the index writes, against the same question asked of every product."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assortment import artefacts
from assortment.catalogue.product import Product
from assortment.catalogue.readers.fashion import TABLE, FashionReader
from assortment.catalogue.summary import ReadSummary
from assortment.errors import InputError
from assortment.serving import sorting
from assortment.serving.facet import read_facets
from assortment.serving.filter_reasons import why_few
from assortment.serving.filter_table import FilterTable
from assortment.serving.filters import Filters
from assortment.serving.offers import UNKNOWN_DATE, UNKNOWN_STOCK, Offers
from export import offer_table
from export.index import write_categories, write_facets

Passes = Callable[[Product, Filters], bool]
PRICES = (0.01, 9.99, 10.0, 10.01, 19.99, 250_000.01, 250_000.02)  # the last two are one number in 32 bits
WORDS = ("Puma", "puma ", "PUMA", "Nike", "Navy  Blue", "navy blue", "Straße", "STRASSE", "x")


def products() -> st.SearchStrategy[list[Product]]:
    word = st.sampled_from(("", *WORDS))
    one = st.builds(
        Product,
        id=st.just("id"),
        title=st.just("title"),
        department=word,
        category=st.lists(st.sampled_from(WORDS), max_size=3).map(tuple),
        brand=word,
        attributes=st.dictionaries(st.sampled_from(("colour", "material")), st.sampled_from(WORDS)),
        price=st.none() | st.sampled_from(PRICES),
        rating=st.none() | st.sampled_from((0.0, 3.9, 4.0, 4.1, 5.0)),
        stock=st.none() | st.integers(0, 2),
    )
    return st.lists(one, min_size=1, max_size=40)


def some_filters() -> st.SearchStrategy[Filters]:
    wanted = st.lists(st.sampled_from((*WORDS, "unknown")), max_size=6).map(tuple)
    price = st.sampled_from(PRICES)
    ranges = st.tuples(st.none() | price, st.none() | price).filter(lambda ends: None in ends or ends[0] <= ends[1])
    return st.builds(
        Filters,
        price=st.just((None, None)) | ranges,
        department=st.just(()) | wanted,
        category=st.just(()) | wanted,
        brand=st.just(()) | wanted,
        attributes=st.dictionaries(st.just("colour"), wanted.filter(bool)),
        in_stock=st.booleans(),
        min_rating=st.none() | st.sampled_from((0.0, 4.0, 4.05)),
        without=st.dictionaries(st.sampled_from(("department", "category", "brand", "colour")), wanted.filter(bool)),
    )


def table_of(folder: Path, of: list[Product]) -> FilterTable:
    write_facets(folder, of)
    write_categories(folder, of)
    offer_table.write(folder, of)
    (folder / artefacts.INDEX).write_text(json.dumps({"version": 7}), encoding="utf-8")
    return FilterTable.open(folder, read_facets(folder))


@settings(max_examples=150, deadline=None)
@given(products(), some_filters(), st.data())
def test_filters_pass_what_a_look_at_every_product_passes(
    tmp_path_factory: pytest.TempPathFactory, passes: Passes, of: list[Product], filters: Filters, data: st.DataObject
) -> None:
    of = [*of, Product(id="last", title="title", attributes={"colour": "x"})]
    table = table_of(tmp_path_factory.mktemp("table"), of)
    expected = np.array([passes(product, filters) for product in of])
    assert table.passing(filters).tolist() == expected.tolist()
    rows = np.array(data.draw(st.lists(st.integers(0, len(of) - 1), max_size=9)), dtype=np.int32)
    assert table.passing(filters, rows).tolist() == expected[rows].tolist()
    bitmap = table.bitmap(filters)
    assert bitmap.dtype == np.uint8
    assert len(bitmap) == -(-len(of) // 8)
    assert [bool(bitmap[row // 8] >> (row % 8) & 1) for row in range(len(of))] == expected.tolist()
    if filters and not expected.all():
        told = why_few(table, filters)
        assert told.startswith(("no product has", "of ", "filters leave"))
        assert (f"filters leave {expected.sum()} product" in told) == expected.any()


def test_levels_of_the_price_are_halves_of_a_type(tmp_path: Path) -> None:
    prices = {
        "Shirts": (10, 30, 20, 40),
        "Phones": (500, 300, 400),
        "Hats": (7,),
        "Socks": (5, 5, 5, 9),
        "": (1, 2),
        "Bags": (None, 8),
    }
    of = [
        Product(id="id", title="t", category=(kind,) if kind else (), price=price)
        for kind, some in prices.items()
        for price in some
    ]
    table = table_of(tmp_path, of)

    def passing(level: str) -> dict[str, list[float | None]]:
        mask = table.passing(Filters(price_level=level))
        return {
            kind: [product.price for product, passes in zip(of, mask, strict=True) if passes and product.type == kind]
            for kind in prices
        }

    assert passing("low") == {"Shirts": [10, 20], "Phones": [300, 400], "Hats": [7], "Socks": [5, 5, 5], "": [1], "Bags": [8]}
    assert passing("high") == {"Shirts": [30, 40], "Phones": [500, 400], "Hats": [7], "Socks": [5, 5, 5, 9], "": [2], "Bags": [8]}
    rows = np.array([1, 0], dtype=np.int32)
    assert table.passing(Filters(price_level="high", price=(None, 30)), rows).tolist() == [True, False]


def priced(*prices: float | None, **attributes: str) -> list[Product]:
    category = ("Apparel", "Shirts")
    return [Product(id="id", title="t", category=category, price=price, attributes=attributes) for price in prices]


def test_bands_of_the_price_are_filtered_by_as_other_facets(tmp_path: Path) -> None:
    table = table_of(tmp_path, priced(30, 10, 20, None))
    assert table.passing(Filters(attributes={"price_band": ("low", "High")})).tolist() == [True, True, False, False]
    assert table.passing(Filters(attributes={"Price Band": ("low",), "price_band": ("high",)})).tolist() == [False] * 4
    assert table.passing(Filters(without={"price_band": ("high",)})).tolist() == [False, True, True, True]
    assert table.passing(Filters(attributes={"price_band": ("cheap",)})).tolist() == [False] * 4
    assert why_few(table, Filters(attributes={"price_band": ("cheap",)})) == "no product has price_band=cheap"
    assert "price_band" not in table.values, "no word of a query means one"


@pytest.mark.parametrize("prices", [(10, 20, None, None, None), (None,)])
def test_without_most_prices_there_are_no_bands(tmp_path: Path, prices: tuple[float | None, ...]) -> None:
    table = table_of(tmp_path, priced(*prices, colour="Blue"))
    assert set(table.facets) == {"type", "colour"}
    with pytest.raises(InputError, match=r"'price_band' is not allowed; allowed: an attribute of this catalogue: colour$"):
        table.passing(Filters(attributes={"price_band": ("low",)}))
    assert list(table_of(tmp_path, []).facets) == []


def test_a_catalogues_own_price_band_stands(tmp_path: Path) -> None:
    table = table_of(tmp_path, [*priced(10, 20, price_band="budget"), *priced(15, price_band="premium")])
    assert table.facets["price_band"].values == ("budget", "premium")
    assert table.values["price_band"] == ("budget", "premium")
    assert table.passing(Filters(attributes={"price_band": ("premium",)})).tolist() == [False, False, True]


def shop(tmp_path: Path) -> FilterTable:
    def article(brand: str, colour: str, price: float | None, **more: Any) -> Product:
        return Product(id="id", title="t", brand=brand, attributes={"colour": colour}, price=price, **more)

    return table_of(
        tmp_path,
        [
            article("Puma", "Blue", 20, category=("Apparel", "Shirts"), department="Men", rating=4.0, stock=0),
            article("Puma", "Red", 30, category=("Apparel",), department="Men"),
            article("Nike", "Blue", None, category=("Shoes",), department="Women", rating=3.0),
        ],
    )


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        (Filters(brand=("Foo",)), "no product has brand=Foo"),
        (Filters(brand=("Foo", "Bar"), in_stock=True), "no product has brand=Foo or Bar"),
        (Filters(department=("men",), min_rating=4.5), "no product has a rating of at least 4.5"),
        (Filters(price=(None, 5)), "no product has a price up to 5"),
        (Filters(price=(100, None)), "no product has a price from 100"),
        (
            Filters(brand=("Nike",), price_level="low"),
            "of 1 product with brand=Nike none has a price in the lower half of its type",
        ),
        (Filters(price=(21, 29.5)), "no product has a price from 21 to 29.5"),
        (Filters(department=("Men",), brand=("Nike",)), "of 2 products with department=Men none has brand=Nike"),
        (
            Filters(brand=("Puma",), attributes={"colour": ("Blue",)}, in_stock=True),
            "of 1 product with brand=Puma and colour=Blue none has stock",
        ),
        (Filters(brand=("Nike",), price=(None, 1e9)), "of 1 product with brand=Nike none has a price up to 1e+09"),
        (Filters(brand=("Puma",), attributes={"Colour": ("red",)}), "filters leave 1 product"),
        (Filters(category=("apparel",)), "filters leave 2 products"),
    ],
)
def test_a_short_page_names_the_filter_that_emptied_it(tmp_path: Path, filters: Filters, told: str) -> None:
    assert why_few(shop(tmp_path), filters) == told


def test_given_candidates_are_counted_by_themselves(tmp_path: Path) -> None:
    table, rows = shop(tmp_path), np.array([2, 0], dtype=np.int32)
    assert why_few(table, Filters(brand=("Nike",)), rows) == "filters take 1 of 2 candidates"
    assert why_few(table, Filters(attributes={"colour": ("red",)}), rows) == "no candidate has colour=red"
    assert why_few(table, Filters(department=("Men", "Women")), rows) == ""


def test_an_unknown_attribute_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        shop(tmp_path).passing(Filters(attributes={"couleur": ("Blue",)}))
    assert str(caught.value) == (
        "RULES.filters.attributes: 'couleur' is not allowed; allowed: an attribute of this catalogue: colour, price_band"
    )


def test_what_is_left_out_has_fields_beside_attributes_in_any_case(tmp_path: Path) -> None:
    table = shop(tmp_path)
    left = [table.passing(Filters(without={name: ("Puma",)})).tolist() for name in ("brand", "Brand")]
    assert left[0] == left[1]
    with pytest.raises(InputError, match="allowed: department, brand, category, an attribute of this catalogue: colour"):
        table.passing(Filters(without={"couleur": ("Blue",)}))


def test_an_attribute_may_be_spelled_as_imports_read_it(tmp_path: Path) -> None:
    table = shop(tmp_path)
    for name in ("colour", "Colour", "color", " COLOR"):
        assert table.passing(Filters(attributes={name: ("Blue",)})).tolist() == [True, False, True]
        assert table.passing(Filters(without={name: ("Blue",)})).tolist() == [False, True, False]


@pytest.mark.parametrize("length", [3, 5_000])
def test_of_many_attributes_an_error_names_the_closest(tmp_path: Path, length: int) -> None:
    attributes = {f"{'x' * length}_{number}": "1" for number in range(3_000)} | {"material": "Wool"}
    table = table_of(tmp_path, [Product(id="a", title="t", attributes={"material": "Wool"} | attributes)])
    with pytest.raises(InputError) as caught:
        table.passing(Filters(attributes={"Matrial": ("Wool",)}))
    told = str(caught.value)
    assert "allowed: an attribute of this catalogue: material, x" in told
    assert told.endswith(" and 2,991 more")
    assert len(told) < 1_000, "it travels in gRPC metadata"


def test_a_catalogue_without_departments_brands_or_categories_answers(tmp_path: Path) -> None:
    table = table_of(tmp_path, [Product(id="a", title="t"), Product(id="b", title="t")])
    for field in ("department", "category", "brand"):
        assert not table.passing(Filters(**{field: ("x",)})).any()  # type: ignore[arg-type]
    assert table.passing(Filters(in_stock=True)).all(), "no stock told counts as in stock"
    with pytest.raises(InputError, match="allowed: an attribute of this catalogue: it has none"):
        table.passing(Filters(attributes={"colour": ("Blue",)}))


def test_offers_hold_what_products_tell_and_are_replaced_whole(tmp_path: Path) -> None:
    known = Product(id="a", title="t", price=0.1, rating=4.7, rating_count=3, stock=10**12, added=date(1970, 1, 11))
    offer_table.write(tmp_path, [known, Product(id="b", title="t")])
    linked = tmp_path / "linked.npy"
    linked.hardlink_to(tmp_path / artefacts.OFFERS)
    before = linked.read_bytes()
    offers = Offers.open(tmp_path)
    assert (offers.price[0], offers.rating[0], offers.rating_count[0], offers.added[0]) == (0.1, 4.7, 3, 10)
    assert offers.stock.tolist() == [2**31 - 1, UNKNOWN_STOCK]
    assert np.isnan([offers.price[1], offers.rating[1]]).all()
    assert (offers.added[1], offers.mean_rating) == (UNKNOWN_DATE, 4.7)
    offer_table.write(tmp_path, [Product(id="a", title="t")])
    assert linked.read_bytes() == before, "a server may have the old file"
    assert len(Offers.open(tmp_path)) == 1


@pytest.mark.data
@pytest.mark.slow
def test_the_real_catalogue(real_data: Path, tmp_path: Path, passes: Passes) -> None:
    (tmp_path / TABLE).symlink_to(real_data / "fashion" / TABLE)  # without its pictures, which no filter looks at
    of = [product for product, _ in FashionReader().read(tmp_path, ReadSummary(source="fashion"))]
    table = table_of(tmp_path, of)
    for filters, num in (
        (Filters(brand=("puma",), category=("footwear",)), 500),
        (Filters(department=tuple({product.department for product in of})), len(of)),
        (Filters(attributes={"colour": ("Navy blue", "BLUE"), "gender": ("women",)}, in_stock=True), 500),
        (Filters(category=("Sports shoes", "casual  shoes"), attributes={"colour": ("white",)}), 500),
        (Filters(price=(None, 50)), 0),
    ):
        expected = [passes(product, filters) for product in of]
        assert table.passing(filters).tolist() == expected
        assert sum(expected) >= num
    assert why_few(table, Filters(price=(None, 50))) == "no product has a price up to 50"
    with pytest.raises(InputError, match=r"this catalogue has no data for it; allowed here: relevance$"):
        sorting.check("price_ascending", table.offers)
