"""The contents of an export folder: every trained model as ONNX, and the vocabularies that go with them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from torch import Tensor, nn
from transformers import PreTrainedModel

from assortment import artefacts
from assortment.catalogue.progress import progress
from assortment.contract import STEPS
from export import onnx_export, parity
from training.checkpoint import TrainedModels
from training.query_side import FusedQuery, QueryText

FILES: Final = {
    "text_encoder": artefacts.TEXT_ENCODER,
    "product_text_encoder": artefacts.PRODUCT_TEXT_ENCODER,
    "image_encoder": artefacts.IMAGE_ENCODER,
    "fusion": artefacts.FUSION,
    "product_fusion": artefacts.PRODUCT_FUSION,
    "label_tower": artefacts.LABEL_TOWER,
    "scorer": artefacts.SCORING,
}
"""Module to its file."""
_PLAIN_ATTENTION: Final = "eager"
_SIGNATURES: Final = {**STEPS, "label_tower": onnx_export.LABEL_TOWER, "scorer": onnx_export.SCORING}


def write(folder: Path, models: TrainedModels, arguments: Mapping[str, tuple[Tensor, ...]]) -> dict[str, float]:
    """Exports ``models`` and checks them against PyTorch; returns the largest difference of each.

    Args:
        folder: where to.
        models: in evaluation mode.
        arguments: real inputs of every model, see ``parity.real_arguments``.

    Raises:
        StepError: when a model answers otherwise than in PyTorch, or its tensors are not those of the contract.
    """
    modules = {
        **models.modules(),
        "text_encoder": QueryText(models.text_encoder, models.named_facets).eval(),
        "fusion": FusedQuery(models.fusion, models.open_facets).eval(),
        "label_tower": models.product_fusion.labels,
    }
    shown = progress(FILES.items(), doing="models to ONNX", total=len(FILES))
    differences = {name: write_one(name, modules[name], folder / file, arguments[name]) for name, file in shown}
    shutil.copyfile(models.tokenizer_file, folder / artefacts.TOKENIZER)
    _write_json(folder / artefacts.LABELS, models.labels)
    _write_json(folder / artefacts.CATEGORIES, models.categories)
    _write_json(folder / artefacts.FACETS, models.facets)
    _write_json(folder / artefacts.PARITY, {"allowed": parity.MAX_DIFFERENCE, "largest_difference": differences})
    return differences


def write_one(
    name: str, module: nn.Module, path: Path, arguments: tuple[Tensor, ...], *, expected: nn.Module | None = None
) -> float:
    """Exports one model, checks it against PyTorch, and returns the largest difference.

    Args:
        name: of the model, which tells its tensors.
        module: in evaluation mode.
        path: where to.
        arguments: real inputs in the order of the module's own, two rows or more.
        expected: the module whose answers the file has to give; None for ``module`` itself.

    Raises:
        StepError: when it gives others, or its tensors are not those of the contract.
    """
    signature = _SIGNATURES[name]
    with traceable(module):
        onnx_export.export(module, signature, path, tuple(value[:2] for value in arguments))
    named = dict(zip((tensor.name for tensor in signature.inputs), arguments, strict=True))
    return parity.check(name, expected or module, path, named)


@contextmanager
def traceable(module: nn.Module) -> Iterator[None]:
    """Text encoders inside ``module`` write out their attention, as ONNX Runtime and TensorRT know it.

    PyTorch's fused attention is exported with a guard against rows that are masked altogether, of which there are none here:
    three nodes a layer that keep the pattern from being recognised.
    """
    inside = [part for part in module.modules() if isinstance(part, PreTrainedModel)]
    usual = [part.config._attn_implementation for part in inside]
    try:
        for part in inside:
            part.set_attn_implementation(_PLAIN_ATTENTION)
        yield
    finally:
        for part, implementation in zip(inside, usual, strict=True):
            part.set_attn_implementation(str(implementation))


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
