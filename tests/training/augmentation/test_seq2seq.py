"""Sequence-to-sequence folders: in batches, and what is said of those that cannot be loaded."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from assortment.errors import StepError
from training.augmentation import back_translation, seq2seq, writer
from training.augmentation.seq2seq import BATCH, MAX_TOKENS, Seq2Seq


class Watched:
    """A model that remembers how many texts it was given at once."""

    def __init__(self, model: Any) -> None:
        self.model, self.sizes = model, list[int]()

    def generate(self, **given: Any) -> Any:
        self.sizes.append(len(given["input_ids"]))
        assert given["max_new_tokens"] == MAX_TOKENS
        return self.model.generate(**given)


def test_texts_go_through_in_batches_and_come_back_in_order(tiny_bert: Path) -> None:
    made = writer.new(str(tiny_bert), [("red shirt", "shirt")])
    watched = Watched(made.model)
    texts = ["red shirt", "shirt"] * BATCH
    assert len(Seq2Seq(made.tokenizer, watched).generate([*texts, "shirt"])) == len(texts) + 1
    assert watched.sizes == [BATCH, BATCH, 1]


def test_a_translator_is_such_a_folder(tiny_bert: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    writer.save(tmp_path, writer.new(str(tiny_bert), [("red shirt", "shirt")]))
    there, back = back_translation.translations(f"{tmp_path},{tmp_path}")
    assert len(back(there(["red shirt", "shirt"]))) == 2
    assert "translating" in capsys.readouterr().err


@pytest.mark.skipif(importlib.util.find_spec("sentencepiece") is not None, reason="sentencepiece is installed")
def test_a_package_that_a_tokenizer_lacks_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "marian"}')
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "MarianTokenizer"}')
    (tmp_path / "vocab.json").write_text("{}")
    for name in ("source.spm", "target.spm"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(StepError, match="pip install sentencepiece"):
        seq2seq.load(tmp_path)
