from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from assortment.catalogue.store import Catalogue
from assortment.errors import StepError
from assortment.text import TextTokenizer, pad
from training import checkpoint
from training.checkpoint import TrainedModels
from training.features import Features
from training.models import new_models
from training.settings import TrainingSettings
from training.tables import product_tables


@pytest.fixture(scope="module")
def models(catalogue: Catalogue, cached: Features, tiny_settings: TrainingSettings) -> TrainedModels:
    return new_models(catalogue.products, cached, tiny_settings)


@pytest.fixture
def saved(models: TrainedModels, tmp_path: Path) -> Path:
    checkpoint.save(tmp_path, models)
    return tmp_path


@torch.inference_mode()
def test_loaded_models_answer_as_the_saved_ones(models: TrainedModels, saved: Path) -> None:
    loaded = checkpoint.load(saved)
    tokenizer = TextTokenizer(loaded.tokenizer_file, max_tokens=32)
    ids, mask = (torch.from_numpy(array) for array in pad(tokenizer.encode_batch(["red shirt", "coffee"])))
    assert torch.equal(loaded.text_encoder(ids, mask), models.text_encoder(ids, mask))
    for name, module in models.modules().items():
        other = loaded.modules()[name]
        assert not other.training
        state = other.state_dict()
        assert all(torch.equal(value, state[key]) for key, value in module.state_dict().items()), name
    assert (loaded.labels, loaded.categories, loaded.settings) == (models.labels, models.categories, models.settings)


def test_a_damaged_file_is_named(saved: Path) -> None:
    file = saved / "fusion.safetensors"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(StepError, match=r"fusion\.safetensors is damaged"):
        checkpoint.load(saved)


@pytest.mark.parametrize("name", ["scorer.safetensors", "labels.json", "text_backbone/config.json"])
def test_a_missing_file_is_named_with_what_to_do(saved: Path, name: str) -> None:
    (saved / name).unlink()
    with pytest.raises(StepError, match=rf"{name}.*assortment train"):
        checkpoint.load(saved)


def test_the_scorers_tables_follow_the_catalogue(models: TrainedModels, catalogue: Catalogue) -> None:
    tables = product_tables(models, catalogue.products)
    lengths = np.linalg.norm(tables.label_vectors, axis=1)
    assert np.allclose(lengths, (tables.label_ids != 0).any(1), atol=1e-5)
    assert [models.categories[i] for i in tables.category[:20]] == [product.type for product in catalogue.products[:20]]
    assert tables.product_features.shape == (len(catalogue), 5)
