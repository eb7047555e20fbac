"""A shop of another size: fewer products are a sample, more are jittered copies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assortment.errors import InputError
from assortment.paths import BuildPaths
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import SearchRequest
from export.resize import COSINE, chosen_rows, jittered, resize


def test_fewer_products_are_a_sample_without_repetition() -> None:
    rows = chosen_rows(100, 30)
    assert len(set(rows.tolist())) == 30
    assert (np.diff(rows) > 0).all()
    assert (rows == chosen_rows(100, 30)).all()


def test_more_products_are_all_of_them_again_and_again() -> None:
    assert chosen_rows(3, 7).tolist() == [0, 1, 2, 0, 1, 2, 0]


def test_copies_are_near_their_originals_and_near_nobody_else() -> None:
    vectors = np.random.default_rng(0).standard_normal((50, 256)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = chosen_rows(50, 500)
    copies = jittered(vectors, rows)
    assert (copies[:50] == vectors).all()
    np.testing.assert_allclose(np.linalg.norm(copies, axis=1), 1.0, atol=1e-5)
    cosines = (copies[50:] * vectors[rows[50:]]).sum(axis=1)
    assert cosines.mean() == pytest.approx(COSINE, abs=0.01)
    assert cosines.std() < 0.03


@pytest.mark.slow
def test_a_larger_shop_answers_and_its_copies_have_their_own_ids(small_build: BuildPaths, tmp_path: Path) -> None:
    target = BuildPaths(tmp_path / "larger")
    resize(small_build, target, 1_500, queue_timeout_ms=5_000)
    (answer,) = Pipeline.open(target.model_repository).search([SearchRequest(query="blue shoes", k=50)])
    assert len(set(answer.ids)) == 50
    assert any("~" in product_id for product_id in answer.ids)
    config = (target.model_repository / "text_search" / "config.pbtxt").read_text(encoding="utf-8")
    assert "default_timeout_microseconds: 5000000" in config


def test_wrong_sizes_are_refused_by_name(tmp_path: Path) -> None:
    paths = BuildPaths(tmp_path)
    with pytest.raises(InputError, match="products: 0"):
        resize(paths, BuildPaths(tmp_path / "other"), 0)
    with pytest.raises(InputError, match="another shop"):
        resize(paths, paths, 10)
