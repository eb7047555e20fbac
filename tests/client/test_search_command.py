"""``assortment search`` on a server that answers as the test says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tritonclient.utils import deserialize_bytes_tensor

from assortment import cli
from assortment.catalogue.product import Product
from assortment.catalogue.store import CatalogueWriter


def test_search_shows_titles_ranks_and_reasons(scripted, tmp_path: Path, capsys) -> None:
    with CatalogueWriter(tmp_path / "shop" / "catalogue") as writer:
        writer.add(Product(id="a", title="Shirt [blue]"))
        writer.add(Product(id="b", title="Shoe"))
    shop = ["--url", scripted.endpoint, "--build", str(tmp_path), "--catalogue", "shop"]
    assert cli.main(["search", "blue things", *shop]) == 0
    shown = capsys.readouterr().out
    assert [line.split() for line in shown.splitlines()[1:3]] == [
        ["1", "1", "0.900", "a", "Shirt", "[blue]", "relevant"],
        ["2", "2", "0.100", "b", "Shoe", "unlike", "those", "above"],
    ]
    assert "2 results in " in shown
    assert "catalogue version 3" in shown


def test_search_sends_page_rules_and_shows_what_became_of_them(scripted, tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    scripted.answer_products(
        ["a", "b"],
        RANK=np.array([[0, 1]], dtype=np.int32),
        REASON=np.array([[2, 0]], dtype=np.int32),
        COLLAPSED=np.array([[0, 3]], dtype=np.int32),
        OPENS=np.array([[b"", b"colour=[blue]"]], dtype=np.object_),
        UNMET=np.array([[b"caps.brand"]], dtype=np.object_),
    )
    shop = ["--url", scripted.endpoint, "--build", str(tmp_path)]
    rules = ["--max-relevance-loss", "0.5", "--cap", "brand=2", "--cap", "a=b=1", "--pin", "a", "--exclude", "x", "--no-collapse"]
    assert cli.main(["search", "blue", *shop, *rules]) == 0
    (request,) = scripted.requests
    tensors = dict(zip((tensor.name for tensor in request.inputs), request.raw_input_contents, strict=True))
    assert "MAX_RELEVANCE_LOSS" in tensors
    assert json.loads(deserialize_bytes_tensor(tensors["RULES"])[0]) == {
        "collapse": False,
        "caps": {"brand": 2, "a=b": 1},
        "pinned": ["a"],
        "excluded": ["x"],
    }
    shown = capsys.readouterr().out
    assert [line.split() for line in shown.splitlines()[1:3]] == [
        ["1", "-", "0.900", "a", "pinned"],
        ["2", "1", "0.100", "b", "relevant,", "first", "colour=[blue],", "3", "more", "like", "it"],
    ]
    assert "Fewer than 10: caps.brand" in shown


@pytest.mark.parametrize("cap", ["brand", "brand=many", "brand="])
def test_a_cap_is_a_facet_and_a_number(cap: str, capsys) -> None:
    with pytest.raises(SystemExit):
        cli.main(["search", "blue", "--cap", cap])
    assert f"argument --cap: '{cap}' is not allowed; allowed: FACET=N, as in brand=2" in capsys.readouterr().err


def test_search_without_a_catalogue_or_with_a_wrong_option(scripted, tmp_path: Path, capsys) -> None:
    assert cli.main(["search", "blue", "--url", scripted.endpoint, "--build", str(tmp_path)]) == 0
    assert "No titles" in capsys.readouterr().out
    assert cli.main(["search", "blue", "--url", scripted.endpoint, "--diversity", "1.5"]) == 1
    assert "error: diversity: 1.5 is not allowed; allowed: 0 (pure relevance)" in capsys.readouterr().err
    assert cli.main(["search", "--url", scripted.endpoint]) == 1
    assert "error: query: '' is not allowed; allowed: some text, or a picture in image" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["brand"], "--filter: 'brand' is not allowed; allowed: NAME=VALUE, as in brand=Puma, or in_stock"),
        (["in_stock=1"], "--filter: 'in_stock=1' is not allowed"),
        (["=x"], "--filter: '=x' is not allowed"),
        (["price=50"], "--filter: 'price=50' is not allowed; allowed: price=FROM..TO"),
        (["price=.."], "allowed: price=FROM..TO"),
        (["price=1..x"], "'x' is no number"),
        (["min_rating=1", "min_rating=2"], "min_rating stands twice"),
        (["price_level=low", "price_level=high"], "price_level stands twice"),
        (["price_level=cheap"], "filters.price_level: 'cheap' is not allowed; allowed: low, high"),
        (["min_rating=7"], "filters.min_rating: 7.0 is not allowed"),
        (["brand="], "filters.brand[0]: '' is not allowed"),
    ],
)
def test_a_wrong_filter_option_is_told(scripted, capsys, options: list[str], message: str) -> None:
    given = [word for option in options for word in ("--filter", option)]
    assert cli.main(["search", "shoes", "--url", scripted.endpoint, *given]) == 1
    assert message in capsys.readouterr().err
    assert not scripted.requests


def test_an_empty_page_does_not_complain_about_titles(scripted, tmp_path: Path, capsys) -> None:
    scripted.answer_products([])
    assert cli.main(["search", "blue", "--url", scripted.endpoint, "--build", str(tmp_path)]) == 0
    assert "No titles" not in capsys.readouterr().out
