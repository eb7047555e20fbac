"""Pictures, transfer and new products on the small shop, and what is masked."""

from __future__ import annotations

import json
import shutil
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
from training.evaluation.masked import other_labels, stems, without_words
from training.evaluation.searches import by_picture, check_enough, telling, with_missing
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
    colours = stems(["Navy Blue"])
    assert product_text(without_words(product, "colour", colours)) == "- Shirts by. Topwear Shirts Slim. A shirt."
    masked = without_words(product, "type", stems(["Shirts"]))
    assert (masked.category, masked.department, masked.attributes) == ((), "", product.attributes)
    assert "hirt" not in product_text(masked)


def test_labels_of_other_facets_stay_when_the_type_is_masked() -> None:
    labels = ["", "brand=Acme", "category=Shirts", "colour=Blue", "department=Men"]
    ids = np.array([[2, 1, 3, 4, 0]])
    assert other_labels(ids, labels, "type", stems(["Shirts"])).tolist() == [[0, 1, 3, 0, 0]]
    assert other_labels(ids, labels, "colour", stems(["Blue"])).tolist() == [[2, 1, 0, 0, 0]]


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("Watches", "Watch"),
        ("Dresses", "Dress"),
        ("Scarves", "Scarf"),
        ("Knives", "Knife"),
        ("Gloves", "Glove"),
        ("Accessories", "Accessory"),
        ("Hoodies", "Hoodie"),
        ("Brushes", "Brush"),
        ("Boxes", "Box"),
        ("Axes", "Axe"),
        ("Potatoes", "Potato"),
        ("Shoes", "Shoe"),
        ("Lenses", "Lens"),
        ("Sunglasses", "sunglass"),
        ("Tshirts", "TSHIRT"),
    ],
)
def test_a_type_is_masked_in_the_singular_and_in_the_plural(plural: str, singular: str) -> None:
    product = Product(id="1", title=f"Titan {singular} and {plural}", category=(plural,))
    for word in (plural, singular):
        assert without_words(product, "type", stems([word])).title == "Titan and"


def test_a_usage_that_a_type_is_called_by_goes_with_the_type() -> None:
    words = stems(["Sports Shoes", "Heels"])
    product = Product(id="1", title="Racer", category=("Sports Shoes",), attributes={"usage": "Sports", "gender": "Men"})
    assert without_words(product, "type", words).attributes == {"gender": "Men"}
    assert without_words(product, "colour", stems(["Red"])).attributes == product.attributes
    ethnic = replace(product, attributes={"usage": "Ethnic"})
    assert without_words(ethnic, "type", words).attributes == {"usage": "Ethnic"}
    labels = ["", "usage=Ethnic", "usage=Sports", "gender=Men"]
    assert other_labels(np.array([[1, 2, 3]]), labels, "type", words).tolist() == [[1, 0, 3]]


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


@pytest.mark.parametrize("products", ["-1", "0", "9"])
def test_too_few_products_to_mask_are_refused(products: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--pictures", "--products", products, "--catalogue", str(tmp_path)]) == 1
    told = f"error: --products: {products} is not allowed; allowed with --pictures: 10 to 4,000, as many as a list shows\n"
    assert capsys.readouterr().err == told


def test_transfer_wants_models(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine" / "catalogue").mkdir(parents=True)
    assert main(["evaluate", "--transfer", "--catalogue", str(tmp_path / "mine" / "catalogue")]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"error: {tmp_path / 'mine' / 'checkpoints'} holds no trained models, and --models names none: ")
    assert "run `assortment train --catalogue mine`" in told


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
def test_pictures_that_ask_for_nothing_are_left_out(shop: BuildPaths) -> None:
    whole = Shop.open(shop, "dev")
    rows = whole.pictured[:20]
    mute, spoken = rows[:3].tolist(), rows[3:]
    bare = [replace(each, category=(), attributes={}) if row in mute else each for row, each in enumerate(whole.products)]
    without = replace(whole, products=bare)
    assert telling(whole, rows).tolist() == rows.tolist()
    assert telling(without, rows).tolist() == spoken.tolist()
    assert {figure.value.num_queries for figure in by_picture(without, telling(without, rows))} == {len(spoken)}
    nothing = telling(without, rows[:3])
    assert by_picture(without, nothing) == []
    assert {figure.question for figure in with_missing(without, nothing, seed=0)} == {"words, pictures missing"}


@pytest.mark.slow
def test_a_handful_of_pictures_is_too_few(shop: BuildPaths) -> None:
    whole = Shop.open(shop, "dev")
    check_enough(whole.part(whole.pictured[:11]), shop.catalogue)
    for number in (0, 9, 10):
        with pytest.raises(StepError, match=f"has {number} products with a picture; allowed with --pictures: 11 and more"):
            check_enough(whole.part(whole.pictured[:number]), shop.catalogue)


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


@pytest.mark.slow
def test_models_that_know_the_tests_words_are_marked(shop: BuildPaths, tmp_path: Path) -> None:
    lender = BuildPaths(tmp_path / "served")
    shutil.copytree(shop.checkpoints, lender.checkpoints)
    told = manifest.read(lender.checkpoints)
    manifest.save(lender.checkpoints, replace(told, results={**told.results, "test_words_trained_on": True}))
    where = ["--catalogue", str(shop.catalogue), "--split", "test"]
    assert main(["evaluate", "--transfer", *where, "--models", str(lender.root)]) == 0
    notes = json.loads((shop.root / "evaluation" / "transfer.json").read_text(encoding="utf-8"))["notes"]
    assert [note.split(" the words")[0] for note in notes[1:]] == ["served's models were trained on"]
