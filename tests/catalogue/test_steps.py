"""The catalogue step: manifests, what is skipped, what is made afresh."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from assortment import manifest
from assortment.catalogue.generated.generator import MIN_PRODUCTS
from assortment.catalogue.readers.table_columns import TableSettings
from assortment.catalogue.steps import generate, import_catalogue
from assortment.catalogue.store import PRODUCTS, Catalogue
from assortment.catalogue.summary import ReadSummary
from assortment.errors import DataError, InputError
from assortment.one_at_a_time import exclusive_from_the_start
from assortment.paths import BuildPaths


@pytest.fixture
def paths(tmp_path: Path) -> BuildPaths:
    return BuildPaths(tmp_path / "build" / "shop")


def test_generated_catalogues_are_the_same_bytes_every_time(tmp_path: Path) -> None:
    made = [generate(BuildPaths(tmp_path / name), products=MIN_PRODUCTS, seed=5) for name in ("one", "two")]
    assert made[0].files == made[1].files
    manifest.verify(tmp_path / "one" / "catalogue")


def test_a_current_catalogue_is_left_alone_and_an_outdated_one_made_afresh(paths: BuildPaths) -> None:
    generate(paths, products=MIN_PRODUCTS)
    before = (paths.catalogue / PRODUCTS).stat().st_mtime_ns
    generate(paths, products=MIN_PRODUCTS)
    assert (paths.catalogue / PRODUCTS).stat().st_mtime_ns == before
    generate(paths, products=MIN_PRODUCTS + 1)
    assert len(Catalogue.open(paths.catalogue)) == MIN_PRODUCTS + 1


def test_unfinished_work_is_overwritten(paths: BuildPaths) -> None:
    paths.catalogue.mkdir(parents=True)
    (paths.catalogue / "half.tmp").write_text("left over", encoding="utf-8")
    made = generate(paths, products=MIN_PRODUCTS)
    assert set(made.files) == {"products.parquet", "pictures.zip", "summary.json"}


def test_import_reports_what_it_read(paths: BuildPaths, shop: Any) -> None:
    shop.pictures({"1.jpg": shop.jpeg()})
    source = shop.table(*shop.rows, shop.rows[0])
    made = import_catalogue(paths, reader="fashion", source=source)
    problems = {"duplicate id": 1, "no picture": 2}
    assert made.results == {"read": 4, "kept": 3, "skipped": 1, "problems": problems}
    summary = json.loads((paths.catalogue / "summary.json").read_text(encoding="utf-8"))
    assert summary["problems"]["duplicate id"] == {"count": 1, "effect": "skipped", "rows": [{"line": 5, "value": "1"}]}
    catalogue = Catalogue.open(paths.catalogue)
    assert [product.id for product in catalogue.products] == ["1", "2", "3"]
    assert list(catalogue.iter_pictures([0, 1])) == [shop.jpeg(), None]


def test_a_changed_source_is_read_again(paths: BuildPaths, shop: Any) -> None:
    import_catalogue(paths, reader="fashion", source=shop.whole())
    shop.table(*shop.rows[:2])
    import_catalogue(paths, reader="fashion", source=shop.folder)
    assert len(Catalogue.open(paths.catalogue)) == 2


def test_another_mapping_is_another_import(paths: BuildPaths, tmp_path: Path) -> None:
    source = tmp_path / "shop.csv"
    source.write_text("id,title,name\n1,Hat,Red hat\n", encoding="utf-8")
    import_catalogue(paths, reader="table", source=source)
    import_catalogue(paths, reader="table", source=source, table=TableSettings(columns={"title": "name"}))
    assert [product.title for product in Catalogue.open(paths.catalogue).products] == ["Red hat"]


def test_other_pictures_are_another_import(paths: BuildPaths, tmp_path: Path, shop: Any) -> None:
    source = tmp_path / "shop.csv"
    source.write_text("id,title\n1,Hat\n", encoding="utf-8")
    pictures = TableSettings(pictures=shop.folder)
    import_catalogue(paths, reader="table", source=source, table=pictures)
    shop.pictures({"1.jpg": shop.jpeg()})
    import_catalogue(paths, reader="table", source=source, table=pictures)
    assert Catalogue.open(paths.catalogue).products[0].picture == "1.jpg"


def test_a_currency_is_given_to_prices_that_name_none(paths: BuildPaths, tmp_path: Path) -> None:
    source = tmp_path / "shop.csv"
    source.write_text("id,title,price\n1,Hat,5\n2,Cap,$6\n3,Scarf,\n", encoding="utf-8")
    import_catalogue(paths, reader="table", source=source, currency="EUR")
    assert [product.currency for product in Catalogue.open(paths.catalogue).products] == ["EUR", "USD", ""]


@pytest.mark.parametrize(
    ("currency", "limit", "told"), [("", None, "EUR 2, none 1, USD 1"), ("EUR", None, "EUR 3, USD 1"), ("", 2, "")]
)
def test_mixed_currencies_are_told(paths: BuildPaths, tmp_path: Path, currency: str, limit: int | None, told: str) -> None:
    source = tmp_path / "shop.csv"
    source.write_text("id,title,price\n1,Mug,5 €\n2,Cup,6 €\n3,Pot,7\n4,Pan,$8\n5,Lid,\n", encoding="utf-8")
    import_catalogue(paths, reader="table", source=source, currency=currency, limit=limit)
    notes = [note for note in ReadSummary.read_from(paths.catalogue).notes if "currencies" in note]
    assert notes == ([f"currencies are mixed, prices do not compare: {told} products"] if told else [])


def test_a_source_that_cannot_be_read_leaves_the_catalogue_as_it_was(paths: BuildPaths, shop: Any, tmp_path: Path) -> None:
    import_catalogue(paths, reader="fashion", source=shop.whole())
    source = tmp_path / "shop.csv"
    source.write_text("name\nHat\n", encoding="utf-8")
    with pytest.raises(DataError, match="no column id and title"):
        import_catalogue(paths, reader="table", source=source)
    assert len(Catalogue.open(paths.catalogue)) == 3
    manifest.verify(paths.catalogue)


def test_a_catalogue_of_an_older_layout_is_made_afresh(paths: BuildPaths) -> None:
    generate(paths, products=MIN_PRODUCTS)
    file = paths.catalogue / manifest.FILENAME
    told = json.loads(file.read_text(encoding="utf-8"))
    told["settings"]["layout"] = 1
    file.write_text(json.dumps(told), encoding="utf-8")
    pq.write_table(pq.read_table(paths.catalogue / PRODUCTS).drop_columns(["added"]), paths.catalogue / PRODUCTS)
    generate(paths, products=MIN_PRODUCTS)
    assert all(product.added for product in Catalogue.open(paths.catalogue).products)


def test_a_limit_takes_the_first_products(paths: BuildPaths, shop: Any) -> None:
    made = import_catalogue(paths, reader="fashion", source=shop.whole(), limit=2)
    assert made.results["kept"] == 2


def test_a_strict_import_that_fails_leaves_no_manifest(paths: BuildPaths, shop: Any) -> None:
    with pytest.raises(DataError, match="line 5: duplicate id: '1'"):
        import_catalogue(paths, reader="fashion", source=shop.table(*shop.rows, shop.rows[0]), strict=True)
    assert not (paths.catalogue / manifest.FILENAME).exists()


def test_a_source_without_a_product_is_refused_and_leaves_the_catalogue_as_it_was(paths: BuildPaths, shop: Any) -> None:
    import_catalogue(paths, reader="fashion", source=shop.whole())
    with pytest.raises(DataError, match=r"gave no product: 1 rows read, all skipped\. row that does not parse: 1 \(line 2"):
        import_catalogue(paths, reader="fashion", source=shop.table("1,too,short"))
    assert len(Catalogue.open(paths.catalogue)) == 3


def test_wrong_arguments_are_refused(paths: BuildPaths, shop: Any) -> None:
    with pytest.raises(InputError, match="allowed: fashion"):
        import_catalogue(paths, reader="shoes", source=shop.folder)
    with pytest.raises(InputError, match="limit: 0"):
        import_catalogue(paths, reader="fashion", source=shop.folder, limit=0)
    with pytest.raises(InputError, match="currency: 'euro'"):
        import_catalogue(paths, reader="fashion", source=shop.folder, currency="euro")
    with pytest.raises(InputError, match="for the table reader only"):
        import_catalogue(paths, reader="fashion", source=shop.folder, table=TableSettings())
    with pytest.raises(DataError, match="does not exist"):
        import_catalogue(paths, reader="fashion", source=shop.folder / "nowhere")


def test_a_catalogue_that_another_process_changes_is_refused(paths: BuildPaths) -> None:
    with exclusive_from_the_start(paths):
        code = "import sys; from pathlib import Path; from assortment.catalogue.steps import generate; "
        code += "from assortment.paths import BuildPaths; generate(BuildPaths(Path(sys.argv[1])))"
        ended = subprocess.run([sys.executable, "-c", code, str(paths.root)], capture_output=True, text=True, check=False)
    assert "is being changed by another process" in ended.stderr
