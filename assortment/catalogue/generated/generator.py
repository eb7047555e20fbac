"""The built-in catalogue: as many invented products as asked for, the same for the same seed, one after another."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from assortment.catalogue.generated import commerce
from assortment.catalogue.generated.articles import Draft, draw_article
from assortment.catalogue.generated.departments import DEPARTMENTS
from assortment.catalogue.generated.drawing import draw
from assortment.catalogue.generated.vocabulary import Department
from assortment.catalogue.product import Product
from assortment.errors import InputError

VERSION: Final = 2  # a higher number when other bytes come out for the same seed: catalogues are then made afresh
MIN_PRODUCTS: Final = sum(len(department.types) for department in DEPARTMENTS)
MAX_PRODUCTS: Final = 1_000_000
_NO_PICTURE: Final = 0.03  # share of the products


def check_size(num_products: int) -> None:
    """Raises InputError unless there are enough products for every type, and not more than a catalogue should hold."""
    if not MIN_PRODUCTS <= num_products <= MAX_PRODUCTS:
        raise InputError("products", num_products, f"allowed: {MIN_PRODUCTS} (one of each type) to {MAX_PRODUCTS}")


def generate(num_products: int, *, seed: int) -> Iterator[tuple[Product, bytes | None]]:
    """Yields ``num_products`` products with their pictures (JPEG), departments mixed.

    Raises:
        InputError: when the number is out of range.
    """
    check_size(num_products)
    drafts = [draft for department, share in _shares(num_products) for draft in _department(department, share, seed)]
    rng = Random(f"{seed}/order")
    rng.shuffle(drafts)
    for number, draft in enumerate(drafts):
        key = f"{draft.department.code}{100_000 + number}"
        shown = rng.random() >= _NO_PICTURE
        picture = draw(draft.type.shape, draft.attributes, title=draft.title, article=draft.article, seed=seed) if shown else None
        yield _product(key, draft, has_picture=picture is not None), picture


def _shares(num_products: int) -> list[tuple[Department, int]]:
    """The number of products of each department: equal parts, but at least one of each type."""
    free = num_products - MIN_PRODUCTS
    parts = [free // len(DEPARTMENTS) + (place < free % len(DEPARTMENTS)) for place in range(len(DEPARTMENTS))]
    return [(department, len(department.types) + part) for department, part in zip(DEPARTMENTS, parts, strict=True)]


def _department(department: Department, num_products: int, seed: int) -> Iterator[Draft]:
    """The products of one department, each type its weight's share and at least one."""
    free = num_products - len(department.types)
    total = sum(kind.weight for kind in department.types)
    weighed, given = 0.0, 0
    for kind in department.types:
        weighed += kind.weight
        upto = round(free * weighed / total)
        left, given = 1 + upto - given, upto
        article = 0
        while left:
            drafts = draw_article(department, kind, key=f"{kind.name}/{article}", at_most=left, seed=seed)
            yield from drafts
            left -= len(drafts)
            article += 1


def _product(key: str, draft: Draft, *, has_picture: bool) -> Product:
    return Product(
        id=key,
        title=draft.title,
        description=draft.description,
        department=draft.department.name,
        category=(draft.department.name, draft.type.family, draft.type.name),
        brand=draft.brand,
        attributes=dict(draft.attributes),
        price=draft.offer.price,
        currency=commerce.CURRENCY if draft.offer.price is not None else "",
        rating=draft.offer.rating,
        rating_count=draft.offer.rating_count,
        stock=draft.offer.stock,
        variant_group=draft.article if draft.num_variants > 1 else "",
        picture=f"{key}.jpg" if has_picture else "",
        added=draft.added,
    )
