"""Two answers side by side: what was brought in, what made room, what was opened."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue, CatalogueWriter
from assortment_client import Reason, SearchResponse
from demo.comparison import Comparer, detail, facet_changes
from demo.thumbnails import SIZE, Thumbnails, data_uri


def png(colour: str, size: tuple[int, int] = (400, 400)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def shirt(number: int, colour: str, *, picture: bool = True) -> Product:
    return Product(
        id=f"s{number}",
        title=f"Shirt {number}",
        department="clothing",
        category=("Clothing", "Shirts"),
        brand="Marisole",
        attributes={"colour": colour},
        price=19.9,
        currency="EUR",
        picture=f"s{number}.png" if picture else "",
    )


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    with CatalogueWriter(tmp_path) as writer:
        for number, colour in enumerate(["Blue", "Blue", "Green"], start=1):
            writer.add(shirt(number, colour), png(colour))
        writer.add(shirt(4, "Red", picture=False))
        broken = shirt(5, "Red")
        writer.add(broken, b"no picture at all")
    return Catalogue.open(tmp_path)


def answer(*ranked: tuple[str, int, Reason]) -> SearchResponse:
    """Product id, rank by relevance and reason of each result."""
    return SearchResponse(
        ids=tuple(product for product, _, _ in ranked),
        relevance=np.linspace(0.9, 0.1, len(ranked), dtype=np.float32),
        ranks=np.array([rank for _, rank, _ in ranked], dtype=np.int32),
        reasons=np.array([int(reason) for _, _, reason in ranked], dtype=np.int32),
        num_collapsed=np.zeros(len(ranked), dtype=np.int32),
        opens=("",) * len(ranked),
        unmet="",
        shown=tuple(product for product, _, _ in ranked),
        catalogue_version=1,
        request_id="x",
    )


def test_marks_reasons_and_facets(catalogue: Catalogue) -> None:
    relevance = answer(("s1", 1, Reason.RELEVANCE), ("s2", 2, Reason.RELEVANCE), ("s3", 3, Reason.RELEVANCE))
    diversified = answer(("s1", 1, Reason.RELEVANCE), ("s3", 3, Reason.RELEVANCE), ("s4", 17, Reason.DIVERSITY))
    found = Comparer(catalogue).compare(relevance, diversified, query="shirt", kind="Ambiguous", open_facets=("colour",))
    assert [(shown.place, shown.marked, shown.why) for shown in found.relevance] == [
        (1, False, ""),
        (2, True, ""),
        (3, False, ""),
    ]
    assert [(shown.marked, shown.why) for shown in found.diversified] == [(False, ""), (False, "rank 3"), (True, "rank 17")]
    (change,) = found.facets
    assert (change.facet, change.kept, change.opened, change.closed) == ("colour", ("Blue", "Green"), ("Red",), ())
    assert (change.before, change.after) == (2, 3)


def test_facets_that_opened_are_told_when_the_query_names_none() -> None:
    blue, green, other = shirt(1, "Blue"), shirt(2, "Green"), Product(id="o", title="Mug", department="home", category=("Mugs",))
    changes = facet_changes([blue, blue], [blue, green, other], ())
    assert {change.facet for change in changes} == {"colour", "department", "type"}


def test_a_line_of_detail_repeats_nothing() -> None:
    assert detail(shirt(1, "Blue")) == "19.90\N{NO-BREAK SPACE}€, Marisole"
    assert detail(Product(id="1", title="Marisole shirt", brand="Marisole")) == ""
    assert detail(Product(id="1", title="Shirt", price=1234.5, currency="SEK")) == "1234.50\N{NO-BREAK SPACE}SEK"


def test_pictures_become_small_and_missing_ones_stay_missing(catalogue: Catalogue) -> None:
    uri = data_uri(png("Blue"))
    assert uri.startswith("data:image/webp;base64,")
    assert len(uri) < 2_000
    thumbnails = Thumbnails(catalogue)
    assert [bool(thumbnails.of(product)) for product in catalogue.products] == [True, True, True, False, False]


def test_a_thumbnail_keeps_its_proportions() -> None:
    import base64

    made = Image.open(io.BytesIO(base64.b64decode(data_uri(png("Blue", (300, 600))).partition(",")[2])))
    assert made.size == (SIZE[1] // 2, SIZE[1])
