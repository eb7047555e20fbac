from __future__ import annotations

from pathlib import Path

import pytest

from assortment.catalogue.offers import Offer, read_offers
from assortment.catalogue.product import Product
from assortment.catalogue.summary import OTHER_CURRENCY, ReadSummary
from assortment.errors import DataError, InputError


def read(tmp_path: Path, text: str, **options: dict[str, str] | None) -> tuple[dict[str, Offer], ReadSummary]:
    file = tmp_path / "offers.csv"
    file.write_text(text, encoding="utf-8")
    summary = ReadSummary(source=file.name)
    return read_offers(file, summary, **options), summary


def test_an_empty_field_leaves_what_is_known(tmp_path: Path) -> None:
    offers, summary = read(tmp_path, 'id,price,stock,rating,rating_count\nA,"19,90 €",3,4.5,12\nB,,0,,\n')
    assert offers == {"A": Offer(price=19.9, currency="EUR", stock=3, rating=4.5, rating_count=12), "B": Offer(stock=0)}
    assert (summary.read, summary.kept) == (2, 2)
    known = Product(id="B", title="Mug", price=5.0, stock=9, rating=3.0, rating_count=4)
    assert offers["B"].apply(known) == Product(id="B", title="Mug", price=5.0, stock=0, rating=3.0, rating_count=4)


def test_rows_that_cannot_be_used_are_counted_by_line(tmp_path: Path) -> None:
    offers, summary = read(tmp_path, "id,price,stock\nA,1,1\n,2,2\nA,3,3\nB,,\nC,free,\nD,-1,4\n")
    assert offers == {"A": Offer(price=1.0, stock=1), "D": Offer(stock=4)}
    told = {problem.name: [finding.line for finding in found] for problem, found in summary.findings.items()}
    assert told == {
        "empty id": [3],
        "duplicate id": [4],
        "offer without news": [5, 6],
        "price that is no number": [6, 7],
    }
    assert (summary.read, summary.kept, summary.skipped) == (6, 2, 4)


def test_a_price_in_another_currency_is_not_taken(tmp_path: Path) -> None:
    text = "id,price,currency,stock\nA,9.50,USD,1\nB,9.50,USD,2\nC,9.50,,3\nD,$9.50,,4\n"
    own = {"A": "EUR", "B": "USD", "C": "EUR", "D": ""}
    for currency_of in (None, own):
        offers, summary = read(tmp_path, text, currency_of=currency_of)
        known = {key: Product(id=key, title="Mug", price=5.0, currency=currency) for key, currency in own.items()}
        changed = [offers[key].apply(known[key]) for key in own]
        assert [(product.price, product.currency) for product in changed] == [(5.0, "EUR"), (9.5, "USD"), (9.5, "EUR"), (9.5, "")]
        assert [product.stock for product in changed] == [1, 2, 3, 4]
    assert [(finding.line, finding.value) for finding in summary.findings[OTHER_CURRENCY]] == [
        (2, "9.5 USD, the product's is EUR")
    ]


def test_other_names_are_mapped_in_any_case(tmp_path: Path) -> None:
    offers, _ = read(tmp_path, "SKU;Amount\nA;2.5\n", columns={"id": "sku", "price": "amount"})
    assert offers == {"A": Offer(price=2.5)}


def test_other_names_are_mapped(tmp_path: Path) -> None:
    offers, _ = read(tmp_path, "sku;amount\nA;2.5\n", columns={"id": "sku", "price": "amount"})
    assert offers == {"A": Offer(price=2.5)}


@pytest.mark.parametrize(
    ("text", "columns", "error", "message"),
    [
        ("id,title\nA,Mug\n", {}, DataError, "needs a column id and one of price, stock, rating, rating_count; found: id, title"),
        ("sku,price\nA,1\n", {}, DataError, "--map id=sku"),
        ("id,price\nA,1\n", {"price": "cost"}, DataError, "has no such column for --map price=cost; found: id, price"),
        ("id,price\nA,1\n", {"title": "id"}, InputError, "--map: 'title' is not allowed"),
    ],
)
def test_what_is_missing_is_told(
    tmp_path: Path, text: str, columns: dict[str, str], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message.replace("(", r"\(")):
        read(tmp_path, text, columns=columns)
