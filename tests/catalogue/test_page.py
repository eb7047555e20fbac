"""docs/catalogues.md is right: its example works as it stands there, its columns are those of the reader."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from assortment.catalogue.readers import READERS
from assortment.catalogue.readers.table_columns import COLUMNS
from assortment.catalogue.store import Catalogue
from assortment.catalogue.summary import ReadSummary
from assortment.cli import main

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "catalogues.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    blocks = re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]


def test_the_example_is_imported_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    Path("shop.csv").write_text(example, encoding="utf-8")
    for command in commands()[:2]:
        assert main(shlex.split(command)[1:]) == 0
    assert "4 products" in capsys.readouterr().out
    folder = Path("build/myshop/catalogue")
    summary = ReadSummary.read_from(folder)
    assert (summary.read, summary.kept, summary.findings, summary.unused_columns) == (4, 4, {}, {})
    products = Catalogue.open(folder).products
    assert [(product.price, product.currency) for product in products] == [
        (12.5, "EUR"),
        (12.5, "EUR"),
        (1049.0, "EUR"),
        (79.0, "USD"),
    ]
    assert products[0].description == "Holds 0.3 l. For the fire, too."
    assert all(product.type and product.brand and product.added and product.attributes["colour"] for product in products)


@pytest.mark.parametrize("command", commands())
def test_every_command_is_spelled_right(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(command, comments=True)[1:]
    with pytest.raises(SystemExit) as stopped:
        main([*words, "--help"])
    assert stopped.value.code == 0
    told = capsys.readouterr().out
    assert all(word in told for word in words if word.startswith("--"))


def test_every_column_and_reader_is_explained() -> None:
    for name in [*COLUMNS, *(reader for reader in READERS if reader != "table")]:
        assert f"`{name}`" in PAGE
