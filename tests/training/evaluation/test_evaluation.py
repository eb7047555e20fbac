"""Pictures, transfer and new products on the small shop, and what is masked."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assortment import manifest
from assortment.catalogue.product import Product
from assortment.catalogue.store import Catalogue
from assortment.cli import main
from assortment.errors import StepError
from assortment.paths import BuildPaths
from assortment.text import product_text
from training.evaluation.masked import other_labels, without_words
from training.evaluation.shop import Shop, features_folder
from training.settings import TrainingSettings


def test_neither_text_nor_labels_tell_what_is_masked() -> None:
    product = Product(
        id="1",
        title="Navy-blue Shirts by Blues",
        description="A NAVY shirt.",
        department="Apparel",
        category=("Topwear", "Shirts"),
        attributes={"colour": "Navy Blue", "fit": "Slim"},
    )
    assert product_text(without_words(product, "colour", {"navy", "blue"})) == "- Shirts by. Topwear Shirts Slim. A shirt."
    masked = without_words(product, "type", {"shirt"})
    assert (masked.category, masked.department, masked.attributes) == ((), "", product.attributes)
    assert "hirt" not in product_text(masked)


def test_labels_of_other_facets_stay_when_the_type_is_masked() -> None:
    labels = ["", "brand=Acme", "category=Shirts", "colour=Blue", "department=Men"]
    ids = np.array([[2, 1, 3, 4, 0]])
    assert other_labels(ids, labels, "type").tolist() == [[0, 1, 3, 0, 0]]
    assert other_labels(ids, labels, "colour").tolist() == [[2, 1, 0, 0, 0]]


def test_features_are_those_of_the_encoder_that_the_models_read_by(tmp_path: Path) -> None:
    paths, settings = BuildPaths(tmp_path / "mine"), TrainingSettings(pretraining="tsdae")
    learned = {name: getattr(settings, name) for name in ("text_backbone", "pretraining", "pretraining_steps", "seed")}
    paths.pretrained.mkdir(parents=True)
    manifest.write(paths.pretrained, step="pretrain", inputs={}, settings=learned)
    assert features_folder(paths, settings, None) == paths.pretrained_features
    with pytest.raises(StepError, match="another pretraining_steps than the models"):
        features_folder(paths, replace(settings, pretraining_steps=7), None)
    with pytest.raises(StepError, match=r"pre-trained further \(tsdae\)"):
        features_folder(paths, settings, BuildPaths(tmp_path / "other"))


@pytest.fixture(scope="module")
def shop(small_build: BuildPaths, tmp_path_factory: pytest.TempPathFactory) -> BuildPaths:
    """The small shop under a folder of its own, where reports may be written."""
    root = tmp_path_factory.mktemp("build") / "small"
    root.mkdir()
    for folder in (small_build.catalogue, small_build.protocol, small_build.features, small_build.checkpoints):
        (root / folder.name).symlink_to(folder)
    return BuildPaths(root)


@pytest.mark.slow
def test_what_is_hidden_changes_nothing(shop: BuildPaths) -> None:
    whole = Shop.open(shop, "dev")
    part = whole.part(whole.pictured[:50])
    everything, alone = part.seen(), part.seen(text=False, labels=False)
    assert not np.allclose(everything, alone, atol=1e-3)
    assert np.allclose(whole.seen()[whole.pictured[:50]], everything, atol=1e-5)
    known = set(part.queries.product_ids)
    assert all(grades and set(grades) <= known for grades in (part.queries.judgments[query.id] for query in part.queries.queries))
    assert len(whole.held_out) + len(whole.corpus.train_rows) == len(whole.products)


@pytest.mark.slow
def test_reports_of_the_small_shop(shop: BuildPaths, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue = Catalogue.open(shop.catalogue)
    with zipfile.ZipFile(tmp_path / "small.zip", "w") as archive:
        for product in [product for product in catalogue.products if product.picture][:30]:
            data, file = catalogue.picture(product), BytesIO()
            assert data is not None
            Image.open(BytesIO(data)).convert("RGB").resize((24, 32)).save(file, "JPEG")
            archive.writestr(f"{product.id}.jpg", file.getvalue())
    where = ["--catalogue", str(shop.catalogue), "--split", "dev"]
    pictures = ["--pictures", "--small-pictures", str(tmp_path / "small.zip"), "--products", "80"]
    assert main(["evaluate", *pictures, "--transfer", "--new-products", *where]) == 0
    assert "| untrained encoder" in capsys.readouterr().out
    figures = json.loads((shop.root / "evaluation" / "pictures.json").read_text(encoding="utf-8"))["figures"]
    assert {figure["measure"] for figure in figures} == {"ndcg@10", "recall@1", "recall@10"}
    mean = {
        (figure["question"], figure["shown"]): figure["value"]["mean"] for figure in figures if figure["measure"] == "ndcg@10"
    }
    assert mean["words", "text, labels"] > mean["words", "picture"] > mean["words", "nothing (chance)"]
    assert (shop.root / "evaluation" / "new_products.md").is_file()
