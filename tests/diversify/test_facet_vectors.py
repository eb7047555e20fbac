"""What counts as alike."""

from __future__ import annotations

from itertools import product as pairs

import numpy as np
import pytest

from assortment.catalogue.product import Product
from assortment.diversify.facet_vectors import Block, FacetVectorSettings, diversity_vectors, facet_vectors
from assortment.errors import InputError

rng = np.random.default_rng(5)


def shirt(colour: str, brand: str = "Alba", **attributes: str) -> Product:
    return Product(
        id=f"{colour}-{brand}",
        title="Shirt",
        department="Clothing",
        category=("Tops", "Shirts"),
        brand=brand,
        attributes={"colour": colour, **attributes},
    )


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def test_rows_are_unit_float32_and_the_dot_product_is_the_promised_mixture() -> None:
    products = [shirt(colour, brand) for colour, brand in pairs(("red", "blue", "green"), ("Alba", "Brio"))]
    vectors = unit(rng.normal(size=(6, 256)))
    rows = diversity_vectors(vectors, products, settings=FacetVectorSettings(share=0.4, title_share=0.0))
    assert rows.dtype == np.float32
    assert rows.shape == (6, 512)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    assert diversity_vectors(vectors, products).shape == (6, 512)
    # The first two differ in brand only: type, colour and department of type, colour, brand and department agree.
    agreeing = (0.25 + 0.25 + 0.10) / (0.25 + 0.25 + 0.20 + 0.10)
    assert rows[0] @ rows[1] == pytest.approx(0.6 * vectors[0] @ vectors[1] + 0.4 * agreeing, abs=1e-5)


def test_common_values_are_told_apart_exactly_and_rare_ones_nearly() -> None:
    products = [shirt(f"colour {i}") for i in range(200)]
    codes = facet_vectors(products, {"colour": Block(weight=1.0, dims=32)})
    cosines = codes @ codes.T
    np.testing.assert_allclose(np.diag(cosines), 1.0, atol=1e-5)
    different = cosines[~np.eye(200, dtype=bool)]
    assert abs(different.mean()) < 0.02
    assert np.abs(different).max() < 0.9


def test_size_makes_no_difference_and_other_attributes_a_little() -> None:
    small, large, striped = shirt("red", size="S"), shirt("red", size="L"), shirt("red", pattern="striped")
    codes = facet_vectors([small, large, striped])
    assert codes[0] @ codes[1] == pytest.approx(1.0, abs=1e-5)
    assert 0.9 < codes[0] @ codes[2] < 1.0


def test_a_product_without_facets_is_compared_by_its_vector_alone() -> None:
    bare = Product(id="1", title="Something")
    vectors = unit(rng.normal(size=(2, 256)))
    rows = diversity_vectors(vectors, [bare, bare], settings=FacetVectorSettings(title_share=0.0))
    assert rows[0] @ rows[1] == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-5)


def test_equal_titles_bring_products_closer_whatever_their_case_and_others_hardly() -> None:
    titles = ["Blue Shirt", "blue shirt!", *(f"Shirt number {i}" for i in range(100))]
    products = [Product(id=f"{row}", title=title) for row, title in enumerate(titles)]
    vectors = unit(rng.normal(size=(102, 256)))
    plain = vectors @ vectors.T
    rows = diversity_vectors(vectors, products, settings=FacetVectorSettings(title_share=0.2))
    closer = rows @ rows.T - 0.8 * plain
    assert closer[0, 1] == pytest.approx(0.2, abs=1e-5)
    assert np.abs(closer[0, 2:]).max() < 0.2 * 0.4  # 128 random signs


def test_the_same_catalogue_gives_the_same_bytes() -> None:
    products = [shirt(f"colour {i}", f"brand {i % 70}") for i in range(100)]
    vectors = unit(rng.normal(size=(100, 256)))
    assert diversity_vectors(vectors, products).tobytes() == diversity_vectors(vectors, products).tobytes()


def test_wrong_settings_and_lengths_are_refused() -> None:
    with pytest.raises(InputError, match=r"^share: 1.5"):
        FacetVectorSettings(share=1.5)
    with pytest.raises(InputError, match=r"^title_share"):
        FacetVectorSettings(title_share=1.0)
    with pytest.raises(InputError, match=r"^blocks"):
        FacetVectorSettings(blocks={"colour": Block(weight=0.0, dims=8)})
    with pytest.raises(InputError, match=r"^product_vectors: '1 rows'"):
        diversity_vectors(unit(np.ones((1, 256))), [])
