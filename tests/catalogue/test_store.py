"""The store: what goes in comes out, in order, and what does not fit is refused."""

from __future__ import annotations

import multiprocessing
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assortment.catalogue.product import Product
from assortment.catalogue.store import PICTURES, PRODUCTS, Catalogue, CatalogueWriter
from assortment.errors import DataError, StepError

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
products = st.builds(
    Product,
    id=texts.filter(bool),
    title=texts.filter(bool),
    description=texts,
    department=texts,
    category=st.lists(texts, max_size=3).map(tuple),
    brand=texts,
    attributes=st.dictionaries(texts, texts, max_size=3),
    price=st.none() | st.floats(min_value=0.01, max_value=1e6),
    currency=st.sampled_from(["", "EUR"]),
    rating=st.none() | st.floats(0, 5),
    rating_count=st.integers(0, 10**9),
    stock=st.none() | st.integers(0, 10**6),
    variant_group=texts,
    added=st.none() | st.dates(),
)


def write(folder: Path, *items: tuple[Product, bytes | None]) -> Catalogue:
    with CatalogueWriter(folder) as writer:
        for product, picture in items:
            writer.add(product, picture)
    return Catalogue.open(folder)


@given(st.lists(products, unique_by=lambda product: product.id, max_size=6))
@settings(max_examples=40, deadline=None)
def test_products_come_back_as_they_went_in(given_products: list[Product]) -> None:
    with TemporaryDirectory() as folder:
        catalogue = write(Path(folder), *((product, None) for product in given_products))
        assert catalogue.products == given_products
        assert len(catalogue) == len(given_products)
        assert [catalogue.row(product.id) for product in given_products] == list(range(len(given_products)))


def test_pictures_come_back_byte_for_byte_and_in_the_order_asked_for(tmp_path: Path) -> None:
    items = [(Product(id=str(row), title="T", picture=f"{row}.jpg"), bytes([row]) * 9) for row in range(3)]
    catalogue = write(tmp_path, *items, (Product(id="bare", title="T"), None))
    assert list(catalogue.iter_pictures([2, 3, 0])) == [b"\2" * 9, None, b"\0" * 9]


def test_many_products_keep_their_rows(tmp_path: Path) -> None:
    catalogue = write(tmp_path, *((Product(id=f"p{row}", title="T"), None) for row in range(9_000)))
    assert len(catalogue) == 9_000
    assert catalogue.row("p8999") == 8_999


def test_the_same_products_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, (Product(id="1", title="T", attributes={"b": "1", "a": "2"}, picture="1.jpg"), b"picture"))
    for file in ("products.parquet", "pictures.zip"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_an_id_may_be_added_once(tmp_path: Path) -> None:
    with CatalogueWriter(tmp_path) as writer:
        writer.add(Product(id="1", title="T"))
        with pytest.raises(DataError, match="'1' was added twice"):
            writer.add(Product(id="1", title="U"))


@pytest.mark.parametrize(("name", "picture"), [("", b"bytes"), ("1.jpg", None)])
def test_a_picture_and_its_name_come_together(tmp_path: Path, name: str, picture: bytes | None) -> None:
    with CatalogueWriter(tmp_path) as writer, pytest.raises(DataError, match="must come together"):
        writer.add(Product(id="1", title="T", picture=name), picture)


def test_variants_share_a_picture(tmp_path: Path) -> None:
    items = [(Product(id=key, title="T", picture="red.jpg"), b"red") for key in "ab"]
    assert list(write(tmp_path, *items).iter_pictures([0, 1])) == [b"red", b"red"]
    with zipfile.ZipFile(tmp_path / PICTURES) as archive:
        assert archive.namelist() == ["red.jpg"]


def test_a_picture_name_stands_for_one_picture(tmp_path: Path) -> None:
    with CatalogueWriter(tmp_path) as writer:
        writer.add(Product(id="1", title="T", picture="a.jpg"), b"one")
        with pytest.raises(DataError, match=r"another picture is already called 'a\.jpg'"):
            writer.add(Product(id="2", title="T", picture="a.jpg"), b"two")


def test_a_catalogue_of_an_older_version_is_refused(tmp_path: Path) -> None:
    write(tmp_path, (Product(id="1", title="T"), None))
    pq.write_table(pq.read_table(tmp_path / PRODUCTS).drop_columns(["added"]), tmp_path / PRODUCTS)
    with pytest.raises(StepError, match="another version of assortment"):
        Catalogue.open(tmp_path)


def test_a_missing_catalogue_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="assortment catalogue generate"):
        Catalogue.open(tmp_path)


def test_a_damaged_table_is_refused(tmp_path: Path) -> None:
    write(tmp_path, (Product(id="1", title="T"), None))
    (tmp_path / PRODUCTS).write_bytes(b"no parquet")
    with pytest.raises(DataError, match=PRODUCTS):
        Catalogue.open(tmp_path)


def test_an_unknown_id_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no product 'x'"):
        write(tmp_path, (Product(id="1", title="T"), None)).row("x")


def test_threads_share_one_catalogue(tmp_path: Path) -> None:
    items = [(Product(id=str(row), title="T", picture=f"{row}.jpg"), str(row).encode() * 5_000) for row in range(40)]
    catalogue = write(tmp_path, *items)
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(catalogue.picture, catalogue.products * 5))
    assert read == [picture for _, picture in items] * 5


def test_forked_workers_read_their_own_file(tmp_path: Path) -> None:
    items = [(Product(id=str(row), title="T", picture=f"{row}.jpg"), str(row).encode() * 5_000) for row in range(40)]
    catalogue = write(tmp_path, *items)
    assert catalogue.picture(catalogue.products[0]) is not None  # opens the archive in this process
    with multiprocessing.get_context("fork").Pool(2, initializer=_take, initargs=(catalogue,)) as pool:
        read = pool.map(_picture, list(range(40)) * 3)
    assert read == [picture for _, picture in items] * 3


def _take(catalogue: Catalogue) -> None:
    _taken.append(catalogue)


def _picture(row: int) -> bytes | None:
    return _taken[0].picture(_taken[0].products[row])


_taken: list[Catalogue] = []
