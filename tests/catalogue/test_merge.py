"""Several catalogues in one shop."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from assortment import manifest
from assortment.catalogue.merge import SHARED_ID, merge, parse_departments
from assortment.catalogue.product import Product
from assortment.catalogue.steps import import_catalogue
from assortment.catalogue.store import Catalogue, CatalogueWriter
from assortment.catalogue.summary import ReadSummary
from assortment.errors import InputError, ManifestError, StepError
from assortment.paths import BuildPaths


def make(build: Path, name: str, *items: tuple[Product, bytes | None]) -> None:
    folder = BuildPaths(build / name).catalogue
    with CatalogueWriter(folder) as writer:
        for product, picture in items:
            writer.add(product, picture)
    manifest.write(folder, step="catalogue", inputs={}, settings={})


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A clothes shop and a hardware shop; both have a product 1, a group a and a picture 1.jpg."""
    red = Product(id="1", title="Hat", department="Hats", price=5.0, currency="EUR", variant_group="a", picture="1.jpg")
    make(tmp_path, "clothes", (red, b"red"), (Product(id="2", title="Cap", variant_group="a"), None))
    hammer = Product(id="1", title="Hammer", price=9.0, currency="USD", variant_group="a", picture="1.jpg")
    make(tmp_path, "tools", (hammer, b"hammer"), (Product(id="3", title="Nail"), None))
    return tmp_path


def merged(build: Path) -> list[Product]:
    return Catalogue.open(build / "shop" / "catalogue").products


def test_products_come_in_order_and_clashing_ids_are_told_apart(build: Path) -> None:
    made = merge(build, "shop", ["clothes", "tools"])
    assert [product.id for product in merged(build)] == ["clothes:1", "2", "tools:1", "3"]
    assert made.results["problems"] == {SHARED_ID.name: 2}
    summary = ReadSummary.read_from(build / "shop" / "catalogue")
    told = [finding.value for findings in summary.findings.values() for finding in findings]
    assert told == ["clothes, row 1: 1 is now clothes:1", "tools, row 1: 1 is now tools:1"]


def test_departments_are_given_else_kept_else_the_catalogues_name(build: Path) -> None:
    merge(build, "shop", ["clothes", "tools"])
    assert [product.department for product in merged(build)] == ["Hats", "clothes", "tools", "tools"]
    merge(build, "shop", ["clothes", "tools"], departments={"clothes": "Fashion", "tools": "Hardware"})
    assert [product.department for product in merged(build)] == ["Fashion", "Fashion", "Hardware", "Hardware"]


def test_pictures_come_along_and_groups_stay_apart(build: Path) -> None:
    merge(build, "shop", ["clothes", "tools"])
    catalogue = Catalogue.open(build / "shop" / "catalogue")
    assert list(catalogue.iter_pictures(range(4))) == [b"red", None, b"hammer", None]
    assert [product.variant_group for product in catalogue.products] == ["clothes:a", "clothes:a", "tools:a", ""]


def test_mixed_currencies_are_kept_and_reported(build: Path) -> None:
    merge(build, "shop", ["clothes", "tools"])
    assert [product.currency for product in merged(build)] == ["EUR", "", "USD", ""]
    notes = ReadSummary.read_from(build / "shop" / "catalogue").notes
    assert "currencies are mixed, prices do not compare: EUR 1, USD 1 products" in notes


def test_the_manifest_names_the_inputs_and_a_changed_one_is_merged_again(build: Path) -> None:
    made = merge(build, "shop", ["clothes", "tools"])
    assert set(made.inputs) == {"clothes", "tools"}
    before = (build / "shop" / "catalogue" / "products.parquet").stat().st_mtime_ns
    merge(build, "shop", ["clothes", "tools"])
    assert (build / "shop" / "catalogue" / "products.parquet").stat().st_mtime_ns == before
    make(build, "tools", (Product(id="4", title="Saw"), None))
    merge(build, "shop", ["clothes", "tools"])
    assert [product.id for product in merged(build)] == ["1", "2", "4"]
    merge(build, "shop", ["tools", "clothes"])
    assert [product.id for product in merged(build)] == ["4", "1", "2"]


@pytest.mark.parametrize(
    ("name", "sources", "departments", "message"),
    [
        ("shop", ["clothes"], {}, "at least two"),
        ("shop", ["clothes", "clothes"], {}, "clothes comes twice"),
        ("tools", ["clothes", "tools"], {}, "must not be one of the catalogues"),
        ("../shop", ["clothes", "tools"], {}, "'../shop' is not allowed"),
        ("shop", ["clothes", "tools"], {"toys": "Toys"}, "allowed before the =: clothes, tools"),
    ],
)
def test_what_makes_no_shop_is_refused(
    build: Path, name: str, sources: list[str], departments: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        merge(build, name, sources, departments=departments)


def test_an_unknown_catalogue_is_named_with_those_there_are(build: Path) -> None:
    with pytest.raises(StepError, match=r"no catalogue 'toys' in .* there are: clothes, tools"):
        merge(build, "shop", ["clothes", "toys"])


def test_a_damaged_catalogue_is_not_merged(build: Path) -> None:
    pictures = build / "tools" / "catalogue" / "pictures.zip"
    pictures.write_bytes(pictures.read_bytes().replace(b"hammer", b"hummer"))
    with pytest.raises(ManifestError, match=r"pictures\.zip does not match"):
        merge(build, "shop", ["clothes", "tools"])


@pytest.mark.data
@pytest.mark.slow
def test_real_catalogues_become_one_shop(real_data: Path, tmp_path: Path) -> None:
    for name in ("luma", "grocery"):
        import_catalogue(BuildPaths(tmp_path / name), reader=name, source=real_data / name)
    made = merge(tmp_path, "shop", ["luma", "grocery"], departments={"grocery": "Food"})
    assert made.results == {"read": 1_928, "kept": 1_928, "skipped": 0, "problems": {}}
    catalogue = Catalogue.open(tmp_path / "shop" / "catalogue")
    assert Counter(product.department for product in catalogue.products) == {"Women": 937, "Men": 910, "Food": 81}
    assert all(product.picture for product in catalogue.products)
    grocery = Catalogue.open(tmp_path / "grocery" / "catalogue")
    assert catalogue.picture(catalogue.products[-1]) == grocery.picture(grocery.products[-1])


@pytest.mark.parametrize("written", [["a"], ["a="], ["=b"], ["a=b", "a=c"]])
def test_departments_are_written_with_two_sides(written: list[str]) -> None:
    with pytest.raises(InputError, match="--department"):
        parse_departments(written)
