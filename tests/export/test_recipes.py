from __future__ import annotations

from pathlib import Path

import pytest

from assortment import artefacts
from assortment.catalogue.store import Catalogue
from assortment.contract import STEPS
from assortment.errors import InputError, StepError
from assortment.paths import BuildPaths
from assortment.protocol.store import Protocol
from export import gpu_twins, parity
from export.defaults import SHIPPING
from export.layers import layers
from export.onnx_contract import check_tensors
from export.precision import fused
from export.precision.calibration import MIN_SAMPLES
from export.recipes import AUTOMATIC, RECIPES, Kitchen
from export.steps import export
from training import checkpoint
from training.checkpoint import TrainedModels


def test_what_ships_is_told_once() -> None:
    assert tuple(name for name, recipe in RECIPES.items() if recipe.ships) == SHIPPING
    assert set(AUTOMATIC) <= set(SHIPPING)


def test_a_recipe_that_does_not_ship_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"recipe: 'float16' is not allowed; allowed: int8-everything"):
        export(BuildPaths(tmp_path), recipe="float16")


@pytest.fixture(scope="module")
def trained(small_build: BuildPaths) -> TrainedModels:
    return checkpoint.load(small_build.checkpoints)


@pytest.mark.slow
def test_gpu_twins_answer_nearly_as_the_exported_models_do(
    small_build: BuildPaths, trained: TrainedModels, tmp_path: Path
) -> None:
    catalogue, protocol = Catalogue.open(small_build.catalogue), Protocol.open(small_build.protocol)
    for file in (*gpu_twins.FLOAT16.values(), artefacts.TOKENIZER):
        (tmp_path / file).symlink_to(small_build.export / file)
    arguments = parity.real_arguments(trained, catalogue)
    halved = gpu_twins.write_float16(tmp_path, arguments)
    queries = Kitchen(tmp_path, trained, catalogue, protocol, tmp_path).texts
    eighth = gpu_twins.write_static_int8(tmp_path, catalogue, queries, arguments)
    assert set(halved) == set(gpu_twins.FLOAT16)
    assert set(eighth) == {"image_encoder", "text_encoder"}
    for model in halved:
        check_tensors(tmp_path / artefacts.fp16(gpu_twins.FLOAT16[model]), STEPS[model])
    for model in eighth:
        check_tensors(tmp_path / artefacts.static_int8(gpu_twins.FLOAT16[model]), STEPS[model])
    with pytest.raises(InputError, match=rf"calibration: '3 texts' is not allowed; allowed: {MIN_SAMPLES} or more"):
        gpu_twins.write_static_int8(tmp_path, catalogue, queries[:3], arguments)


@pytest.mark.slow
def test_a_session_fuses_every_layer_of_the_text_encoder(small_build: BuildPaths, trained: TrainedModels, tmp_path: Path) -> None:
    source, depth = small_build.export / artefacts.TEXT_ENCODER, len(layers(trained.text_encoder.backbone))
    fused.check(fused.in_session(source), fused.PER_LAYER, layers=depth, what="a session")
    found = fused.offline(source, tmp_path / "fused.onnx", heads=12, hidden_size=384)
    fused.check(found, fused.OFFLINE_PER_LAYER, layers=depth, what="offline")
    with pytest.raises(StepError, match="a session: 0 operators Attention, allowed: 6 or more"):
        fused.check(fused.in_session(source), {"Attention": 1}, layers=depth, what="a session")
