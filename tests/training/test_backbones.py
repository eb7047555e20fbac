from __future__ import annotations

from pathlib import Path

import huggingface_hub
import pytest
import torch

from assortment.errors import StepError
from training import backbones
from training.settings import DEFAULT_TEXT_BACKBONE


def test_a_local_folder_is_loaded_with_its_tokenizer(tiny_bert: Path) -> None:
    backbone = backbones.load_text(str(tiny_bert))
    assert backbone.model.config.hidden_size == 32
    assert backbone.tokenizer_json == (tiny_bert / "tokenizer.json").read_text()


def test_the_packaged_encoder_needs_no_hub() -> None:
    assert backbones.load_text(DEFAULT_TEXT_BACKBONE).model.config.hidden_size == 384


def test_a_hub_id_that_cannot_be_reached_says_what_to_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)  # the variable was read when it was imported
    with pytest.raises(StepError, match=r"no-such-owner/no-such-model.*pass its folder"):
        backbones.load_text("no-such-owner/no-such-model")


def test_a_missing_folder_is_not_taken_for_a_hub_id(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="no such folder"):
        backbones.load_text(str(tmp_path / "absent"))


def test_the_cnn_tells_pictures_apart() -> None:
    model = backbones.load_image()
    pictures = torch.stack([torch.full((3, 96, 96), -0.9), torch.rand(3, 96, 96) * 2 - 1])
    with torch.inference_mode():
        maps = model.extract_features(pictures)  # type: ignore[operator]
    assert maps.shape == (2, backbones.IMAGE_FEATURES, 3, 3)
    assert torch.cosine_similarity(maps[0].mean((1, 2)), maps[1].mean((1, 2)), dim=0) < 0.9
