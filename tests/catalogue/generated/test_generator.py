"""The built-in catalogue: the same every time, of every type, and as uneven as a real shop."""

from __future__ import annotations

from collections import Counter

import pytest

from assortment.catalogue.generated.departments import DEPARTMENTS
from assortment.catalogue.generated.generator import MIN_PRODUCTS, generate
from assortment.catalogue.product import MAX_RATING, Product
from assortment.errors import InputError
from assortment.image import decode

Items = list[tuple[Product, bytes | None]]


@pytest.fixture(scope="module")
def items() -> Items:
    return list(generate(1_500, seed=7))


def test_the_same_seed_gives_the_same_products_and_pictures() -> None:
    assert list(generate(MIN_PRODUCTS, seed=3)) == list(generate(MIN_PRODUCTS, seed=3))


def test_another_seed_gives_other_products() -> None:
    assert list(generate(MIN_PRODUCTS, seed=3)) != list(generate(MIN_PRODUCTS, seed=4))


@pytest.mark.parametrize("number", [MIN_PRODUCTS, MIN_PRODUCTS + 1, 333])
def test_there_are_as_many_as_asked_for_and_every_type(number: int) -> None:
    products = [product for product, _ in generate(number, seed=1)]
    assert len(products) == len({product.id for product in products}) == number
    assert {product.type for product in products} == {kind.name for department in DEPARTMENTS for kind in department.types}


@pytest.mark.parametrize("number", [-1, 0, MIN_PRODUCTS - 1, 1_000_001])
def test_too_few_or_too_many_are_refused(number: int) -> None:
    with pytest.raises(InputError, match="products"):
        next(generate(number, seed=1))


def test_the_four_departments_are_of_one_size(items: Items) -> None:
    sizes = Counter(product.department for product, _ in items)
    assert set(sizes) == {"Clothing and Shoes", "Electronics", "Groceries", "Books and Media"}
    assert max(sizes.values()) < 1.2 * min(sizes.values())


def test_brands_keep_to_their_department(items: Items) -> None:
    homes: dict[str, set[str]] = {}
    for product, _ in items:
        homes.setdefault(product.brand, set()).add(product.department)
    assert all(len(departments) == 1 for departments in homes.values())


def test_titles_and_descriptions_are_tidy(items: Items) -> None:
    for product, _ in items:
        for text in (product.title, product.description):
            assert text == " ".join(text.split())
            assert not {"{", "}", " ,", ",,", "()", "( ", ": ,"}.intersection(text)
            assert text[0].isupper() or text[0].isdigit()


def test_most_titles_are_the_only_one_of_their_kind(items: Items) -> None:
    assert len({product.title for product, _ in items}) > 0.97 * len(items)


def test_a_share_has_no_picture_no_price_no_rating_or_no_stock(items: Items) -> None:
    products = [product for product, _ in items]
    assert 0.01 < sum(not product.picture for product in products) / len(products) < 0.06
    assert 0.003 < sum(product.price is None for product in products) / len(products) < 0.04
    assert 0.03 < sum(product.rating is None for product in products) / len(products) < 0.12
    assert 0.02 < sum(product.stock == 0 for product in products) / len(products) < 0.09


def test_prices_and_ratings_are_possible(items: Items) -> None:
    for product, _ in items:
        assert product.price is None or (product.price > 0 and product.currency == "EUR")
        assert (product.rating is None) == (product.rating_count == 0)
        assert product.rating is None or 1 <= product.rating <= MAX_RATING


def test_variants_share_brand_and_type_and_differ_in_one_attribute(items: Items) -> None:
    groups: dict[str, list[Product]] = {}
    for product, _ in items:
        if product.variant_group:
            groups.setdefault(product.variant_group, []).append(product)
    assert len(groups) > 100
    for variants in groups.values():
        assert 2 <= len(variants) <= 4
        assert len({(product.brand, product.category) for product in variants}) == 1
        differing = {name for product in variants for name in product.attributes.items() ^ variants[0].attributes.items()}
        assert len({name for name, _ in differing}) == 1
        assert len({product.title for product in variants}) == len(variants)


def test_words_mean_different_things_in_different_departments(items: Items) -> None:
    for word in ("apple", "orange", "watch", "notebook", "case", "tablet"):
        found = {product.department for product, _ in items if word in product.title.lower()}
        assert len(found) >= 2, word


def test_pictures_decode_and_are_small(items: Items) -> None:
    pictures = [picture for _, picture in items if picture is not None]
    assert {decode(picture).size for picture in pictures} == {(128, 128)}
    assert max(map(len, pictures)) < 12_000


def test_articles_entered_the_range_one_after_another(items: Items) -> None:
    days: dict[str, set[object]] = {}
    for product, _ in items:
        assert product.added is not None
        days.setdefault(product.variant_group or product.id, set()).add(product.added)
    assert all(len(found) == 1 for found in days.values())
    years = Counter(product.added.year for product, _ in items if product.added)
    assert max(years) == 2025
    assert years[2025] > years[2024] > years[2022] > 0
