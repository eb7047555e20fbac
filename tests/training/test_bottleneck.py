"""Adapters that stay in the encoder: where they sit, what a share of them is, and that checkpoint and export carry them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from assortment.catalogue.store import Catalogue
from assortment.contract import STEPS
from assortment.errors import StepError
from assortment.paths import BuildPaths
from assortment.serving.onnx_session import OnnxSession
from export import onnx_export, parity
from export.export_models import traceable
from export.layers import layers
from export.precision import calibration, dynamic_int8, smoothing
from export.pruning.importance import measure
from export.pruning.surgery import Size, prune
from export.recipes import RECIPES
from perf.peers.material import Material
from training import backbones, bottleneck, checkpoint, interpolation, query_tuning
from training.checkpoint import TrainedModels
from training.features import Features
from training.models import new_models
from training.query_side import QueryText
from training.settings import TrainingSettings
from training.text_encoder import TextEncoder

IDS = torch.tensor([[2, 30, 31, 32, 3], [2, 33, 34, 3, 0]])
MASK = (IDS > 0).long()


@pytest.fixture(scope="module")
def settings(tiny_settings: TrainingSettings) -> TrainingSettings:
    return replace(tiny_settings, query_tuning="bottleneck", adapter_rank=4, adapter_layers=1)


@pytest.fixture
def models(catalogue: Catalogue, cached: Features, settings: TrainingSettings) -> TrainedModels:
    """With adapters as training may leave them."""
    untrained = new_models(catalogue.products, cached, settings)
    with torch.no_grad():
        for name, parameter in untrained.text_encoder.named_parameters():
            if ".adapter.up." in name:
                parameter.normal_(generator=torch.Generator().manual_seed(1))
    return untrained


def vectors(encoder: TextEncoder) -> Tensor:
    with torch.inference_mode():
        found: Tensor = encoder(IDS, MASK)
    return found


def test_only_the_adapters_of_the_upper_layers_learn(tiny_bert: Path, settings: TrainingSettings) -> None:
    encoder = TextEncoder(backbones.load_text(str(tiny_bert)).model, hidden_size=32).eval()
    before = vectors(encoder)
    bottleneck.insert(encoder, settings)
    assert torch.equal(vectors(encoder), before)
    query_tuning.attach(encoder, settings)
    learning = {name for name, parameter in encoder.backbone.named_parameters() if parameter.requires_grad}
    parts = ("down.weight", "down.bias", "up.weight", "up.bias")
    assert learning == {f"encoder.layer.1.output.dense.adapter.{part}" for part in parts}


@torch.no_grad()
def test_a_share_of_training_is_that_share_of_what_an_adapter_adds() -> None:
    adapter = bottleneck.Bottleneck(8, 2)
    modules = {"encoder": nn.ModuleDict({"adapter": adapter})}
    start, states = interpolation.weights(modules), torch.randn(2, 3, 8)
    assert torch.equal(adapter(states), states)
    for parameter in adapter.parameters():
        parameter.normal_()
    added = adapter(states) - states
    interpolation.choose(modules, start, lambda: {"the smallest share is best": -float((adapter(states) - states).norm())})
    torch.testing.assert_close(adapter(states) - states, interpolation.SHARES[0] * added)


def test_a_checkpoint_holds_them(models: TrainedModels, tmp_path: Path) -> None:
    checkpoint.save(tmp_path, models)
    loaded = checkpoint.load(tmp_path)
    assert torch.equal(vectors(loaded.text_encoder), vectors(models.text_encoder))
    assert not torch.allclose(vectors(loaded.text_encoder), vectors(loaded.product_text_encoder), atol=1e-3)


def test_an_exported_encoder_has_them_in_float32_and_in_8_bits(models: TrainedModels, tmp_path: Path) -> None:
    module, path = QueryText(models.text_encoder, models.named_facets).eval(), tmp_path / "text_encoder.onnx"
    with traceable(module):
        onnx_export.export(module, STEPS["text_encoder"], path, (IDS, MASK))
    inputs = dict(zip(("TOKEN_IDS", "MASK"), (IDS, MASK), strict=True))
    parity.check("text_encoder", module, path, inputs)
    smooth = tmp_path / "smooth.onnx"
    smoothing.smooth(path, smooth, calibration.texts(models.tokenizer_file, ["red shirt", "coffee"] * 32))
    for recipe, source, adapters_in_8_bits in (("int8-smooth", smooth, 2), ("int8-careful", path, 0)):
        weights, target = RECIPES[recipe].weights, tmp_path / f"{recipe}.onnx"
        assert weights is not None
        dynamic_int8.quantise(source, target, weights)
        nodes = [node for node in onnx.load(str(target)).graph.node if "/adapter/" in node.name]
        assert sum(node.op_type == "MatMulInteger" for node in nodes) == adapters_in_8_bits
        eight_bits = OnnxSession(target).run({name: value.numpy() for name, value in inputs.items()})["TEXT_VECTOR"]
        assert np.min((eight_bits * vectors(models.text_encoder).numpy()).sum(1)) > 0.99


def test_a_pruned_encoder_keeps_them(models: TrainedModels) -> None:
    encoder = models.text_encoder
    with torch.no_grad():
        for layer in layers(encoder.backbone):
            layer.output.dense.weight[:, :16] = 0.0  # a quarter of the neurons adds nothing
    smaller = prune(encoder, measure(encoder, [(IDS, MASK)]), Size(width=0.75))
    assert {layer.width for layer in layers(smaller.backbone)} == {48}
    torch.testing.assert_close(vectors(smaller), vectors(encoder))


def test_a_peer_that_has_no_place_for_them_is_refused(models: TrainedModels, tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    paths = BuildPaths(tmp_path)
    checkpoint.save(paths.checkpoints, models)
    material = Material(paths)
    material.columns.parent.mkdir()
    np.savez(material.columns)
    with pytest.raises(StepError, match=r"encoder\.layer\.1\.output\.dense\.adapter\..*query_tuning=bottleneck"):
        material.make(paths.checkpoints)
