from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from assortment import manifest
from assortment.catalogue.facets import FacetTable
from assortment.catalogue.product import Product
from assortment.catalogue.store import CatalogueWriter
from assortment.paths import BuildPaths
from assortment.protocol.steps import freeze
from assortment.protocol.store import Protocol

TYPES = {
    "Tshirts": ("Apparel", "Topwear"),
    "Shirts": ("Apparel", "Topwear"),
    "Tops": ("Apparel", "Topwear"),
    "Jeans": ("Apparel", "Bottomwear"),
    "Trousers": ("Apparel", "Bottomwear"),
    "Casual Shoes": ("Footwear", "Shoes"),
    "Sandals": ("Footwear", "Shoes"),
    "Heels": ("Footwear", "Shoes"),
    "Watches": ("Accessories", "Watches"),
    "Belts": ("Accessories", "Belts"),
    "Handbags": ("Accessories", "Bags"),
    "Wallets": ("Accessories", "Bags"),
}
COLOURS = ("Black", "White", "Blue", "Navy Blue", "Red", "Green", "Pink", "Brown")
BRANDS = ("Alba", "Brio", "Corvo", "Duna", "Estro", "Fiamma", "Gala", "Hora")
GENDERS = ("Men", "Women", "Girls", "Unisex")


def product(number: int, kind: str, colour: str, brand: str, gender: str, usage: str = "") -> Product:
    above = TYPES[kind]
    attributes = {"colour": colour, "gender": gender, **({"usage": usage} if usage else {})}
    title = f"{brand} {colour} {kind} {number // 2}"  # two products of each title: one group
    return Product(id=f"p{number}", title=title, department=above[0], category=(*above, kind), brand=brand, attributes=attributes)


def write_catalogue(paths: BuildPaths, products: Sequence[Product]) -> None:
    with CatalogueWriter(paths.catalogue) as writer:
        for one in products:
            writer.add(one)
    manifest.write(paths.catalogue, step="catalogue", inputs={}, settings={})


@pytest.fixture(scope="session")
def shop() -> list[Product]:
    combined = itertools.product(TYPES, COLOURS, BRANDS, GENDERS)
    usages = ("Casual", "Casual", "Casual", "Sports", "Formal")
    return [product(i, *facets, usages[i % 5]) for i, facets in enumerate(combined)]


@pytest.fixture(scope="session")
def table(shop: list[Product]) -> FacetTable:
    return FacetTable.from_products(shop)


@pytest.fixture(scope="session")
def paths(shop: list[Product], tmp_path_factory: pytest.TempPathFactory) -> BuildPaths:
    """A build folder with a finished catalogue and a frozen protocol. Tests that change files copy it first."""
    built = BuildPaths(Path(tmp_path_factory.mktemp("build")) / "shop")
    write_catalogue(built, shop)
    freeze(built, seed=1)
    return built


@pytest.fixture(scope="session")
def protocol(paths: BuildPaths) -> Protocol:
    return Protocol.open(paths.protocol)
