"""A tiny BERT whose tokenizer has a template for pairs, and a small pair file that it can learn."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, processors

from training.pairs.file import Pair, write_pairs
from training.pairs.settings import PairSettings

COLOURS = ("red", "blue")
THINGS = ("shirt", "shoes", "jacket", "laptop")


@pytest.fixture(scope="session")
def pair_bert(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``tiny_bert`` with [CLS] query [SEP] description [SEP]."""
    folder = tmp_path_factory.mktemp("pair-bert") / "model"
    shutil.copytree(tiny_bert, folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    ends = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture(scope="session")
def tiny(pair_bert: Path) -> PairSettings:
    """Everything of the tiny encoder is trained, in exact arithmetic."""
    return PairSettings(
        text_backbone=str(pair_bert),
        precision="float32",
        max_tokens=32,
        frozen_layers=0,
        head_size=16,
        epochs=3,
        batch_pairs=16,
        learning_rate=1e-3,
        head_learning_rate=1e-2,
        threads=1,
    )


@pytest.fixture
def pair_file(tmp_path: Path) -> Path:
    """100 pairs of 25 queries; right is what has the query's thing."""
    generator = np.random.default_rng(0)
    pairs = []
    for number in range(25):
        thing = THINGS[number % 4]
        for i in range(4):
            other = thing if i % 2 else THINGS[(number + 1) % 4]
            pairs.append(pair(f"{thing} {number}", f"{COLOURS[i // 2]} {other}", float(i % 2), float(generator.integers(1, 99))))
    write_pairs(tmp_path / "pairs.csv", pairs)
    return tmp_path / "pairs.csv"


def pair(query: str, desc: str, label: float | None = 1.0, price: float | None = 9.5, line: int = 2) -> Pair:
    return Pair(line=line, label=label, query=query, desc=desc, price=price)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Writes the text of a file and gives its path."""

    def write(text: str | bytes) -> Path:
        file = tmp_path / "file.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write
