"""Catalogue versions in a repository: what is indexed again, what is kept, what a damaged one does."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assortment import artefacts, manifest
from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue
from assortment.errors import StepError
from assortment.paths import BuildPaths
from assortment.serving.pipeline import Pipeline
from assortment.serving.request import SearchRequest
from export import index_versions
from export.index_step import index
from export.live import listing
from export.live.publish import publish, rollback
from export.live.repository import LiveRepository
from export.steps import assemble

pytestmark = pytest.mark.slow


def without_the_first(products: Sequence[Product]) -> list[Product]:
    """Every row moves, one product is renamed, one is new."""
    renamed = replace(products[3], title=f"{products[3].title} Special Edition")
    return [*products[1:3], renamed, *products[4:], replace(products[0], id="new", picture="")]


def states(paths: BuildPaths) -> dict[int, str]:
    return {version.version: version.state for version in listing.versions(paths)}


def test_only_what_changed_is_encoded_again(shop: BuildPaths, edit: Callable[..., None]) -> None:
    num_products = len(Catalogue.open(shop.catalogue))
    edit(shop, without_the_first)
    told = index(shop).results
    assert (told["new"], told["removed"], told["changed"]) == (1, 1, 1)
    assert told["reused"] == num_products - 2
    assert told["texts"] == 2
    fresh = np.fromfile(shop.index / "2" / artefacts.PRODUCT_VECTORS, dtype=np.float32).reshape(-1, 256)
    earlier = np.fromfile(shop.index / "1" / artefacts.PRODUCT_VECTORS, dtype=np.float32).reshape(-1, 256)
    assert np.array_equal(fresh[:2], earlier[1:3])
    assert not np.array_equal(fresh[2], earlier[3])
    np.testing.assert_allclose(np.linalg.norm(fresh, axis=1), 1.0, atol=1e-4)
    assert json.loads((shop.index / "2" / artefacts.INDEX).read_text(encoding="utf-8"))["num_products"] == num_products


def test_a_catalogue_that_did_not_change_gets_no_new_version(shop: BuildPaths) -> None:
    index(shop)
    assert publish(shop, []).version == 1
    assert states(shop) == {1: "current"}


def test_published_rolled_back_and_published_again(shop: BuildPaths, edit: Callable[..., None]) -> None:
    first = Catalogue.open(shop.catalogue).products[0].id
    edit(shop, without_the_first)
    index(shop)
    assert states(shop) == {2: "new", 1: "current"}
    change = publish(shop, [])
    assert (change.before, change.version) == (1, 2)
    assert states(shop) == {2: "current", 1: "previous"}
    manifest.verify(shop.model_repository)
    ids = found_ids(shop)
    assert "new" in ids
    assert first not in ids

    assert rollback(shop, []).version == 1
    assert states(shop) == {2: "withdrawn", 1: "current"}
    manifest.verify(shop.model_repository)
    assert first in found_ids(shop)
    with pytest.raises(StepError, match="holds version 1 alone; there is none to go back to"):
        rollback(shop, [])

    index(shop)
    assert publish(shop, []).version == 3
    assert states(shop) == {3: "current", 2: "withdrawn", 1: "previous"}
    assert "new" in found_ids(shop)
    manifest.verify(shop.model_repository)


def found_ids(paths: BuildPaths) -> set[str]:
    """What the served version finds for the titles of the first product of the first version."""
    title = "Special Edition " + Catalogue.open(paths.catalogue).products[-1].title
    (answer,) = Pipeline.open(paths.model_repository).search([SearchRequest(query=title, k=100, diversity=0.0)])
    return set(answer.ids)


def test_current_and_previous_are_kept_and_older_ones_removed(shop: BuildPaths, edit: Callable[..., None]) -> None:
    for number in range(2, 5):
        edit(shop, lambda products, number=number: [replace(products[0], title=f"Edition {number}"), *products[1:]])
        index(shop)
        publish(shop, [])
    assert states(shop) == {4: "current", 3: "previous"}
    repository = LiveRepository.of(shop)
    assert repository.versions() == repository.table_versions() == [3, 4]
    told = manifest.verify(shop.model_repository)
    listed = {name for name in told.files if artefacts.CATALOGUES in name}
    assert {name.split("/")[2] for name in listed} == {"3", "4"}


def test_what_publish_leaves_is_what_assemble_makes(shop: BuildPaths, edit: Callable[..., None]) -> None:
    edit(shop, without_the_first)
    index(shop)
    publish(shop, [])
    published = manifest.read(shop.model_repository)
    assert assemble(shop) == published
    (shop.model_repository / manifest.FILENAME).unlink()
    assert assemble(shop).files == published.files


def test_a_damaged_version_is_refused_before_it_is_put_in_place(shop: BuildPaths, edit: Callable[..., None]) -> None:
    edit(shop, without_the_first)
    index(shop)
    damaged = shop.index / "2" / artefacts.PRODUCT_VECTORS
    content = bytearray(damaged.read_bytes())
    content[1000] ^= 1
    damaged.unlink()
    damaged.write_bytes(content)
    before = manifest.verify(shop.model_repository)
    with pytest.raises(StepError, match=r"version 2 was withdrawn; .*product_vectors\.bin does not match its SHA-256"):
        publish(shop, [])
    assert manifest.verify(shop.model_repository) == before
    assert states(shop) == {2: "withdrawn", 1: "current"}
    index(shop)
    assert publish(shop, []).version == 3


def test_a_whole_version_that_does_not_answer_is_refused_too(shop: BuildPaths, edit: Callable[..., None]) -> None:
    edit(shop, without_the_first)
    index(shop)
    folder = shop.index / "2"
    (folder / artefacts.SCORER).unlink()
    (folder / artefacts.SCORER).write_bytes(b"no graph")
    told = manifest.read(folder)
    manifest.write(folder, step="index", inputs=told.inputs, settings=told.settings)
    with pytest.raises(StepError, match=r"version 2 was withdrawn; .* catalogue version 2 does not answer"):
        publish(shop, [])
    assert LiveRepository.of(shop).versions() == [1]


def test_what_a_killed_publication_left_is_removed(shop: BuildPaths, edit: Callable[..., None]) -> None:
    repository = shop.model_repository
    for name in ("scorer/7", "diversifier/catalogues/7", "text_search/7"):
        (repository / name).mkdir()
    (repository / "scorer" / "7" / "model.onnx").write_bytes(b"half")
    edit(shop, without_the_first)
    index(shop)
    assert publish(shop, []).version == 8  # no number twice
    assert not list(repository.glob("**/7"))
    assert LiveRepository.of(shop).versions() == [1, 8]


def test_other_models_need_a_restart(shop: BuildPaths) -> None:
    told = manifest.read(shop.export)
    manifest.write(shop.export, step="export", inputs={}, settings={**told.settings, "other": 1}, results=told.results)
    index(shop)
    with pytest.raises(StepError, match=r"serves other models than .* holds; run `assortment assemble"):
        publish(shop, [])
    assemble(shop)
    assert publish(shop, []).version == 2


def test_one_change_at_a_time(shop: BuildPaths) -> None:
    with (shop.root / "catalogue.lock").open("w") as of_another_process:
        fcntl.flock(of_another_process, fcntl.LOCK_EX)
        for change in (index, assemble, lambda paths: publish(paths, []), lambda paths: rollback(paths, [])):
            with pytest.raises(StepError, match="is being changed by another process"):
                change(shop)
    assert publish(shop, []).version == 1


def test_a_version_that_was_never_published_is_no_obstacle(shop: BuildPaths, edit: Callable[..., None]) -> None:
    for number in (2, 3):
        edit(shop, lambda products, number=number: [replace(products[0], title=f"Edition {number}"), *products[1:]])
        index(shop)
    assert publish(shop, []).version == 3
    assert states(shop) == {3: "current", 1: "previous"}
    assert rollback(shop, []).version == 1
    manifest.verify(shop.model_repository)
    assert states(shop) == {3: "withdrawn", 1: "current"}


def test_a_rollback_that_was_cut_short_did_not_take_place(shop: BuildPaths, edit: Callable[..., None]) -> None:
    edit(shop, without_the_first)
    index(shop)
    publish(shop, [])
    LiveRepository.of(shop).hide(2)
    assert publish(shop, []).version == 2
    assert LiveRepository.of(shop).versions() == [1, 2]
    manifest.verify(shop.model_repository)


def test_a_withdrawn_version_never_comes_back(shop: BuildPaths, edit: Callable[..., None]) -> None:
    edit(shop, without_the_first)
    index(shop)
    publish(shop, [])
    LiveRepository.of(shop).hide(2)
    index_versions.withdraw(shop.index, 2)
    index(shop)
    assert publish(shop, []).version == 3
    assert LiveRepository.of(shop).versions() == [1, 3]
    manifest.verify(shop.model_repository)


def test_numbers_are_not_given_twice_even_when_the_index_is_gone(shop: BuildPaths) -> None:
    shutil.rmtree(shop.index)
    assert index(shop).settings["version"] == 2
    assert publish(shop, []).version == 2


def test_damage_is_not_handed_on_under_new_checksums(shop: BuildPaths, edit: Callable[..., None]) -> None:
    vectors = shop.index / "1" / artefacts.PRODUCT_VECTORS
    content = bytearray(vectors.read_bytes())
    content[1000] ^= 1
    vectors.unlink()
    vectors.write_bytes(content)
    edit(shop, without_the_first)
    assert index(shop).results["reused"] == 0


def test_filters_work_after_a_rollback(shop: BuildPaths, edit: Callable[..., None]) -> None:
    edit(shop, without_the_first)
    index(shop)
    publish(shop, [])
    rollback(shop, [])
    request = SearchRequest(query="shirt", rules='{"filters": {"price": [null, 1000]}}')
    (answer,) = Pipeline.open(shop.model_repository).search([request])
    assert answer.catalogue_version == 1
    assert len(answer.ids) == 10


def test_a_repository_has_to_be_assembled_first(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    with pytest.raises(StepError, match="is not assembled"):
        publish(BuildPaths(tmp_path / "shop"), [])
