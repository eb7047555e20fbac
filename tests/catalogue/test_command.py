"""``assortment catalogue`` as people type it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assortment.catalogue.generated.generator import MIN_PRODUCTS
from assortment.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(["catalogue", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_generate_then_info(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = run(capsys, "generate", "--products", MIN_PRODUCTS, "--build", tmp_path)
    assert code == 0
    assert f"{MIN_PRODUCTS} products in {tmp_path}" in out
    assert "drawing products: done" in err
    code, out, _ = run(capsys, "info", "--build", tmp_path)
    assert code == 0
    for told in ("Electronics", "colour", "brands", "pictures", "price", "rating", "title used twice or more"):
        assert told in out


def test_info_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run(capsys, "generate", "--products", MIN_PRODUCTS, "--build", tmp_path)
    _, out, _ = run(capsys, "info", "--json", "--build", tmp_path)
    info = json.loads(out)
    assert info["products"] == sum(info["departments"].values()) == sum(info["types"].values()) == MIN_PRODUCTS
    assert info["price"]["low"] <= info["price"]["median"] <= info["price"]["high"]
    assert info["attributes"]["colour"]["values"] > 5


def test_import_names_problems_by_line(capsys: pytest.CaptureFixture[str], tmp_path: Path, shop: Any) -> None:
    source = shop.table(*shop.rows, shop.rows[1])
    code, out, _ = run(capsys, "import", "fashion", source, "--build", tmp_path)
    assert code == 0
    assert "4 rows read, 3 products kept, 1 skipped" in out
    assert "duplicate id" in out
    assert (tmp_path / "fashion" / "catalogue" / "products.parquet").is_file()


def test_a_table_is_imported_with_its_columns_mapped(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "shop.csv").write_text("sku;name;preis;rest\n1;Hut;1.299,00 €;x\n2;;5;\n", encoding="utf-8")
    arguments = ["import", "table", tmp_path / "shop.csv", "--catalogue", "mine", "--map", "id=sku", "--map", "title=name"]
    code, out, _ = run(capsys, *arguments, "--map", "price=preis", "--build", tmp_path)
    assert code == 0
    for told in ("columns read: id=sku, title=name, price=preis", "1 columns not used: rest (1 rows)", "empty title"):
        assert told in out


def test_import_explains_each_reader_and_column(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["catalogue", "import", "--help"])
    out = capsys.readouterr().out
    for told in ("fashion", "luma", "icecat", "grocery", "table", "variant_group", "attributes.NAME", "--map"):
        assert told in out


def test_merge_then_info(capsys: pytest.CaptureFixture[str], tmp_path: Path, shop: Any) -> None:
    run(capsys, "import", "fashion", shop.whole(), "--build", tmp_path)
    (tmp_path / "more.csv").write_text("id,title,price,added\n1,Lamp,$5,2024-02-01\n9,Desk,7 €,2024-03-01\n", encoding="utf-8")
    run(capsys, "import", "table", tmp_path / "more.csv", "--catalogue", "more", "--build", tmp_path)
    code, out, _ = run(capsys, "merge", "both", "fashion", "more", "--department", "more=Home", "--build", tmp_path)
    assert code == 0
    for told in ("5 products kept", "currencies are mixed", "id that several catalogues"):
        assert told in out
    _, out, _ = run(capsys, "info", "--catalogue", "both", "--build", tmp_path)
    for told in ("Home", "Apparel", "mixed currencies", "2024-02-01 to 2024-03-01"):
        assert told in out
    _, out, _ = run(capsys, "info", "--catalogue", "both", "--json", "--build", tmp_path)
    info = json.loads(out)
    assert info["added"] == {"count": 2, "first": "2024-02-01", "last": "2024-03-01"}
    assert info["currencies"] == {"EUR": 1, "USD": 1}


def test_strict_import_fails_with_the_line(capsys: pytest.CaptureFixture[str], tmp_path: Path, shop: Any) -> None:
    source = shop.table(*shop.rows, shop.rows[1])
    code, _, err = run(capsys, "import", "fashion", source, "--strict", "--build", tmp_path)
    assert code == 1
    assert "line 5: duplicate id: '2'" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["info"], "holds no catalogue"),
        (["generate", "--products", "10"], "products: 10 is not allowed"),
        (["import", "fashion", "nowhere"], "nowhere does not exist"),
        (["import", "fashion", "nowhere", "--map", "title=name"], "for the table reader only"),
        (["merge", "shop", "here", "there"], "there is no catalogue 'here'"),
        (["merge", "shop", "here"], "at least two"),
    ],
)
def test_errors_are_one_clear_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], message: str
) -> None:
    code, _, err = run(capsys, *arguments, "--build", tmp_path)
    assert code == 1
    assert message in err
    assert err.count("\n") == 1


def test_a_damaged_catalogue_is_refused_by_file(capsys: pytest.CaptureFixture[str], tmp_path: Path, shop: Any) -> None:
    run(capsys, "import", "fashion", shop.whole(), "--build", tmp_path)
    pictures = tmp_path / "fashion" / "catalogue" / "pictures.zip"
    pictures.write_bytes(pictures.read_bytes()[:-1] + b"x")
    code, _, err = run(capsys, "info", "--catalogue", "fashion", "--build", tmp_path)
    assert code == 1
    assert "pictures.zip does not match" in err


@pytest.mark.parametrize("arguments", [[], ["import"], ["generate"], ["merge"], ["info"]])
def test_help_explains(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["catalogue", *arguments, "--help"])
    assert stopped.value.code == 0
    assert len(capsys.readouterr().out) > 200
