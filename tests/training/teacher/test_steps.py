"""A teacher for the small shop, for real, with the tiny encoder; and the training that listens to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from assortment import manifest
from assortment.catalogue.facets import FacetTable
from assortment.paths import BuildPaths
from training.features import Features
from training.fit import Place
from training.grammars import Grammars
from training.prepared import Prepared
from training.settings import TrainingSettings
from training.teacher import steps
from training.teacher.candidates import Drawer
from training.teacher.lessons import Lessons


@pytest.fixture(scope="module")
def settings(tiny_settings: TrainingSettings) -> TrainingSettings:
    return replace(tiny_settings, teacher_weight=1.0, teacher_queries=24, epochs=1, domain_words=False)


@pytest.fixture(scope="module")
def prepared(shop: BuildPaths, cached: Features, settings: TrainingSettings) -> Prepared:
    return Prepared.open(shop, settings)


@pytest.fixture(scope="module")
def grammars(prepared: Prepared, settings: TrainingSettings) -> Grammars:
    return Grammars(prepared.catalogue.products, prepared.train_rows, prepared.protocol, None, settings)


@pytest.fixture(scope="module")
def lessons(prepared: Prepared, grammars: Grammars, settings: TrainingSettings) -> Lessons:
    return steps.build(prepared.paths, settings, grammars, prepared.features, prepared.dev)


def test_candidates_are_training_products_once_each_with_what_the_encoder_finds(prepared: Prepared, grammars: Grammars) -> None:
    vectors = np.array(prepared.features.product_text)
    table = FacetTable.from_products(prepared.catalogue.products)
    asked = vectors[prepared.train_rows[0]]  # every query lies where this product does
    rows = np.asarray(prepared.train_rows)
    drawer = Drawer(grammars.texts("encoder"), table, rows, vectors, lambda texts: np.tile(asked, (len(texts), 1)))
    lists = drawer.draw(20, 16, np.random.default_rng(0))
    assert lists.rows.shape == lists.grade.shape == (20, 16)
    assert set(lists.rows.flat) <= set(prepared.train_rows)
    assert all(len(set(row)) == 16 for row in lists.rows.tolist())
    assert all(lists.texts)
    assert (lists.grade.max(1) > 0).all(), "every query is about a product, so something answers it"
    nearest = set(rows[np.argsort(-vectors[rows] @ asked)[:64]])
    assert all(len(nearest & set(row)) >= 8 for row in lists.rows.tolist())


def test_a_teacher_is_kept_and_tells_how_it_ranks(
    lessons: Lessons, prepared: Prepared, grammars: Grammars, settings: TrainingSettings
) -> None:
    folder = prepared.paths.teacher
    results = manifest.verify(folder).results
    assert 0 <= results["dev_ndcg@10"] <= 1
    assert (results["learned_queries"], results["judged_queries"]) == (24, 48)
    assert lessons.rows.shape == lessons.logits.shape == (48, 16)
    assert torch.isfinite(lessons.logits).all()
    written = (folder / "logits.npy").stat().st_mtime_ns
    changed_elsewhere = replace(settings, teacher_weight=0.5, epochs=3)
    again = steps.build(prepared.paths, changed_elsewhere, grammars, prepared.features, prepared.dev)
    assert (folder / "logits.npy").stat().st_mtime_ns == written
    assert torch.equal(again.logits, lessons.logits)


def test_a_kind_of_queries_that_came_later_counts_where_it_is_drawn(
    lessons: Lessons, prepared: Prepared, grammars: Grammars, settings: TrainingSettings, tmp_path: Path
) -> None:
    paths = BuildPaths(tmp_path)
    for name in ("catalogue", "protocol", "features"):
        getattr(paths, name).symlink_to(getattr(prepared.paths, name).resolve())
    replaced = replace(settings, replaced=0.2)
    steps.build(paths, replaced, replace(grammars, settings=replaced), prepared.features, prepared.dev)
    assert manifest.read(paths.teacher).settings["shares"]["replaced"] == 0.2
    assert "replaced" not in manifest.read(prepared.paths.teacher).settings["shares"]


def test_training_listens_to_the_teacher(lessons: Lessons, prepared: Prepared, settings: TrainingSettings, tmp_path) -> None:
    models, _ = prepared.fit(settings, Place(folder=tmp_path, logs=tmp_path / "logs", key="k"))
    epoch = models.metrics["epochs"][1]
    assert epoch["teacher"] > 0
    assert epoch["loss"] > epoch["ranking"]
    assert models.metrics["teacher"] == dict(lessons.figures)
