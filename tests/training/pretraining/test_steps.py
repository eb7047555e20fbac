"""Further pre-training of the tiny encoder on the small shop, for real, and training on what it leaves."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from assortment import manifest
from assortment.errors import StepError
from assortment.paths import BuildPaths
from assortment.text import TextTokenizer, product_text
from tests.training.test_text_families import make_folder
from training import backbones
from training.features import Features
from training.fit import Place
from training.prepared import Prepared
from training.pretraining import steps
from training.pretraining.denoising import deleted
from training.settings import TrainingSettings
from training.text_features import encode_texts

TEXTS = ["red shirt for men", "blue jacket for women", "coffee, size 250", "a novel about shoes"] * 2


@pytest.fixture
def maskable(tiny_bert: Path, tmp_path: Path) -> str:
    """The tiny encoder with a token to hide others behind."""
    folder = tmp_path / "maskable"
    shutil.copytree(tiny_bert, folder)
    tokenizer = folder / "tokenizer.json"
    tokenizer.write_text(tokenizer.read_text(encoding="utf-8").replace('"~"', '"[MASK]"'), encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize("method", ["mlm", "tsdae"])
def test_the_encoder_learns_and_words_stay(maskable: str, tiny_settings: TrainingSettings, tmp_path: Path, method) -> None:
    settings = replace(tiny_settings, text_backbone=maskable, pretraining=method, pretraining_steps=60)
    adapted = tmp_path / "adapted"
    adapted.mkdir()
    figures = steps.adapt(adapted, TEXTS, settings)
    assert figures["texts"] == 4
    assert figures["loss_last_tenth"] < figures["loss_first_tenth"]
    before, after = backbones.load_text(maskable).model.state_dict(), backbones.load_text(str(adapted)).model.state_dict()
    changed = {name for name, value in before.items() if not torch.equal(value, after[name])}
    assert "embeddings.word_embeddings.weight" not in changed
    assert any(name.startswith("encoder.layer.0.") for name in changed)


@pytest.mark.parametrize("method", ["mlm", "tsdae"])
@pytest.mark.parametrize("family", ["albert", "electra"])
def test_an_encoder_with_narrower_word_embeddings_learns(
    family: str, method, tiny_settings: TrainingSettings, tmp_path: Path
) -> None:
    folder = make_folder(tmp_path / family, family)
    tokenizer = folder / "tokenizer.json"
    told = tokenizer.read_text(encoding="utf-8").replace('"<unk>"', '"<mask>"').replace('"[UNK]"', '"[MASK]"')
    tokenizer.write_text(told, encoding="utf-8")
    settings = replace(tiny_settings, text_backbone=str(folder), pretraining=method, pretraining_steps=60)
    adapted = tmp_path / "adapted"
    figures = steps.adapt(adapted, ["chemise rouge", "robe bleue en soie pour femme", "chemise", "rouge soie"], settings)
    assert figures["loss_last_tenth"] < figures["loss_first_tenth"]
    before, after = backbones.load_text(str(folder)).model.state_dict(), backbones.load_text(str(adapted)).model.state_dict()
    assert before.keys() == after.keys(), "the map between the widths is thrown away with the head"
    changed = {name for name, value in before.items() if not torch.equal(value, after[name])}
    assert "embeddings.word_embeddings.weight" not in changed
    assert any(name.startswith("encoder.") for name in changed)


def test_masking_needs_a_token_to_hide_behind(tiny_settings: TrainingSettings, tmp_path: Path) -> None:
    with pytest.raises(StepError, match=r"\[MASK\].*allowed: tsdae"):
        steps.adapt(tmp_path, TEXTS, replace(tiny_settings, pretraining="mlm"))


def test_what_is_left_of_a_text_keeps_its_order_and_its_ends() -> None:
    ids = torch.tensor([[2, 10, 11, 12, 13, 14, 15, 3], [2, 20, 21, 3, 0, 0, 0, 0]])
    left, mask = deleted(ids, (ids > 0).long(), torch.tensor([2, 3]), np.random.default_rng(3))
    for row, kept, whole in zip(left.tolist(), mask.tolist(), ids.tolist(), strict=True):
        tokens = [token for token, is_kept in zip(row, kept, strict=True) if is_kept]
        assert (tokens[0], tokens[-1]) == (2, 3)
        assert tokens == [*sorted(tokens[:-1]), 3]
        assert set(tokens) <= set(whole)
    assert left.shape[1] < ids.shape[1]


def test_training_starts_from_the_adapted_encoder(
    shop: BuildPaths, cached: Features, tiny_settings: TrainingSettings, tmp_path: Path
) -> None:
    settings = replace(tiny_settings, pretraining="tsdae", pretraining_steps=3, epochs=1, domain_words=False)
    prepared = Prepared.open(shop, settings)
    models, _ = prepared.fit(settings, Place(folder=tmp_path, logs=tmp_path / "logs", key="k"))
    assert manifest.verify(shop.pretrained).results["texts"] > 0
    seen = prepared.seen(settings)
    assert np.array_equal(seen.image, cached.image)
    assert not np.allclose(seen.product_text, cached.product_text)
    tokenizer = TextTokenizer(models.tokenizer_file, max_tokens=64)
    texts = [product_text(product) for product in prepared.catalogue.products[:8]]
    again = encode_texts(models.product_text_encoder, tokenizer, texts, precision="float32")
    assert np.allclose(again, seen.product_text[:8], atol=1e-5), "new products are encoded as the trained ones were"
    assert np.array_equal(prepared.features.product_text, cached.product_text), "the untrained encoder stays the baseline"
    written = (shop.pretrained / "model.safetensors").stat().st_mtime_ns
    prepared.seen(replace(settings, epochs=2))
    assert (shop.pretrained / "model.safetensors").stat().st_mtime_ns == written
