"""Every trained module must export with the legacy exporter, batch and length open."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
import torch
from torch import Tensor, nn

from assortment.catalogue.store import Catalogue
from training.checkpoint import TrainedModels
from training.features import Features
from training.fusion import ProductFusion, QueryFusion
from training.linear_scorer import LinearScorer
from training.models import new_models
from training.settings import TrainingSettings

TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def models(catalogue: Catalogue, cached: Features, tiny_settings: TrainingSettings) -> TrainedModels:
    return new_models(catalogue.products, cached, tiny_settings)


def arguments(name: str, models: TrainedModels, batch: int, length: int) -> tuple[Tensor, ...]:
    torch.manual_seed(batch)
    vector, presence = torch.randn(batch, 256), torch.ones(batch, 2)
    presence[0, 1] = 0
    if name.endswith("text_encoder"):
        mask = torch.ones(batch, length, dtype=torch.int64)
        mask[0, length // 2 :] = 0
        return torch.randint(4, 60, (batch, length)), mask
    if name == "image_encoder":
        return torch.randn(batch, 3, 96, 96), presence
    if name == "fusion":
        return vector, torch.randn(batch, 256), presence
    if name == "product_fusion":
        return vector, torch.randn(batch, 256), torch.randint(0, len(models.labels), (batch, 16)), presence
    intent = torch.randn(batch, len(models.categories)).softmax(1)
    rows = (batch, length)
    category = torch.randint(-1, len(models.categories), rows)
    return vector, intent, torch.randn(*rows, 256), torch.randn(*rows, 256), category, torch.randn(*rows, 5)


def check(name: str, module: nn.Module, models: TrainedModels, file: Path) -> None:
    example = arguments(name, models, 2, 6)
    names = [f"input_{i}" for i in range(len(example))]
    open_axes = {n: {0: "batch", 1: "length"} if x.shape[1] == 6 else {0: "batch"} for n, x in zip(names, example, strict=True)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the legacy exporter warns that it is one
        torch.onnx.export(
            module.eval(), example, str(file), input_names=names, dynamic_axes=open_axes, dynamo=False, opset_version=17
        )
    session = ort.InferenceSession(str(file))
    other = arguments(name, models, 5, 9)
    served = session.run(None, {n: x.numpy() for n, x in zip(names, other, strict=True)})
    with torch.inference_mode():
        expected = module(*other)
    for ours, theirs in zip(expected if isinstance(expected, tuple) else (expected,), served, strict=True):
        assert np.abs(ours.numpy() - theirs).max() < TOLERANCE


@pytest.mark.parametrize("name", ["text_encoder", "product_text_encoder", "image_encoder", "fusion", "product_fusion", "scorer"])
def test_modules_export(name: str, models: TrainedModels, tmp_path: Path) -> None:
    check(name, models.modules()[name], models, tmp_path / "module.onnx")


def test_the_gated_fusion_and_the_linear_scorer_export_too(models: TrainedModels, tmp_path: Path) -> None:
    check("fusion", QueryFusion("gated", num_categories=3), models, tmp_path / "query.onnx")
    check("product_fusion", ProductFusion("gated", num_labels=len(models.labels)), models, tmp_path / "product.onnx")
    check("scorer", LinearScorer(), models, tmp_path / "scorer.onnx")
