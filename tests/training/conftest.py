"""A tiny text encoder with random weights and a small shop, so that everything of training runs for real in seconds."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from assortment.catalogue.steps import generate
from assortment.catalogue.store import Catalogue
from assortment.paths import BuildPaths
from assortment.protocol.steps import freeze
from assortment.protocol.store import Protocol
from training import features
from training.features import Features
from training.settings import TrainingSettings

WORDS = ("red", "blue", "shirt", "shoes", "jacket", "laptop", "coffee", "novel", "men", "women", "brand", "size")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Models this small are slower on two threads, most of all where cores are shared."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A local folder as a user would pass one: config.json, model.safetensors, tokenizer.json; letters and a few words."""
    folder = tmp_path_factory.mktemp("tiny-bert")
    letters = [*string.ascii_lowercase, *string.digits, *string.punctuation]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters), *WORDS]
    vocabulary = {token: i for i, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    config = BertConfig(vocab_size=len(tokens), max_position_embeddings=80, **shape)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    assert json.loads((folder / "config.json").read_text())["model_type"] == "bert"
    return folder


@pytest.fixture(scope="session")
def tiny_settings(tiny_bert: Path) -> TrainingSettings:
    return TrainingSettings(
        text_backbone=str(tiny_bert),
        precision="float32",
        epochs=2,
        steps_per_epoch=3,
        batch_queries=8,
        sampled_products=64,
        adapter_rank=2,
        adapter_layers=1,
        min_label_count=2,
        scorer_steps=4,
        scorer_queries=16,
        facet_queries=32,
        threads=1,
    )


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> BuildPaths:
    """A generated catalogue of 320 products and its frozen protocol."""
    paths = BuildPaths(tmp_path_factory.mktemp("build") / "shop")
    generate(paths, products=320)
    freeze(paths)
    return paths


@pytest.fixture(scope="session")
def catalogue(shop: BuildPaths) -> Catalogue:
    return Catalogue.open(shop.catalogue)


@pytest.fixture(scope="session")
def protocol(shop: BuildPaths) -> Protocol:
    return Protocol.open(shop.protocol)


@pytest.fixture(scope="session")
def cached(shop: BuildPaths, tiny_settings: TrainingSettings) -> Features:
    """The shop's features under the tiny text encoder."""
    return features.extract(shop, tiny_settings)
