"""The packed form of text encoders against the usual one, for every family that the docs promise."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor

from assortment.serving.onnx_session import OnnxSession
from export.export_models import write_one
from export.packed import PACKED, PackedBert, packed
from tests.training.test_text_families import SHAPE, TEXTS, loaded, make_folder, tokens
from training import bottleneck
from training.named_facets import NamedFacets
from training.query_side import QueryText
from training.settings import TrainingSettings
from training.text_families import FAMILIES


@pytest.fixture(scope="module", params=FAMILIES)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("encoders") / request.param, request.param)


@pytest.fixture
def text(folder: Path) -> QueryText:
    encoder = loaded(folder)
    bottleneck.insert(encoder, TrainingSettings(query_tuning="bottleneck", adapter_rank=2, adapter_layers=1))
    for adapter in (module for module in encoder.modules() if isinstance(module, bottleneck.Bottleneck)):
        torch.nn.init.normal_(adapter.up.weight, std=0.1)
    named = NamedFacets(SHAPE["hidden_size"], 2)
    torch.nn.init.normal_(named.tokens.weight)
    return QueryText(encoder, named).eval()


def both(text: QueryText, ids: Tensor, mask: Tensor) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    with torch.inference_mode():
        return packed(text)(ids, mask), text(ids, mask)


def test_it_answers_as_the_encoder_that_it_is_made_of(folder: Path, text: QueryText) -> None:
    assert isinstance(packed(text).encoder.backbone, PackedBert) == (folder.name in PACKED)
    for texts in (TEXTS, TEXTS[1:2], ("", *TEXTS)):
        torch.testing.assert_close(*both(text, *tokens(folder, texts)), atol=2e-6, rtol=0)


def test_layers_that_were_cut_out_move_the_states_that_are_read(folder: Path, text: QueryText) -> None:
    ids, mask = tokens(folder, TEXTS)
    text.encoder.read_after = 2
    found, expected = both(text, ids, mask)
    torch.testing.assert_close(found[1], expected[1], atol=2e-6, rtol=0)


def test_a_query_without_tokens_is_no_number_that_is_none(folder: Path, text: QueryText) -> None:
    ids, mask = tokens(folder, TEXTS)
    mask[1] = 0
    (vectors, named), expected = both(text, ids, mask)
    assert torch.isfinite(vectors).all()
    assert torch.isfinite(named).all()
    others = [0, 2, 3]
    torch.testing.assert_close(vectors[others], expected[0][others], atol=2e-6, rtol=0)
    (vectors, _), _ = both(text, ids, torch.zeros_like(mask))
    assert torch.isfinite(vectors).all()


def test_the_file_answers_so_whatever_the_batch(folder: Path, text: QueryText, tmp_path: Path) -> None:
    path = tmp_path / "text_encoder.onnx"
    write_one("text_encoder", packed(text), path, tokens(folder, TEXTS), expected=text)
    session = OnnxSession(path)
    for texts in (TEXTS[:1], TEXTS * 3, TEXTS[::-1]):
        ids, mask = tokens(folder, texts)
        found = session.run({"TOKEN_IDS": ids.numpy(), "MASK": mask.numpy()})
        with torch.inference_mode():
            expected = text(ids, mask)
        np.testing.assert_allclose(found["TEXT_VECTOR"], expected[0].numpy(), atol=1e-5)
        np.testing.assert_allclose(found["NAMED"], expected[1].numpy(), atol=1e-5)


@pytest.mark.parametrize("folder", ["bert"], indirect=True)
def test_padding_is_computed_by_attention_alone(folder: Path, text: QueryText) -> None:
    ids, mask = tokens(folder, TEXTS)
    seen: list[int] = []
    twin = packed(text)
    for layer in cast(PackedBert, twin.encoder.backbone).layer:
        cast(torch.nn.Module, layer.intermediate).register_forward_hook(
            lambda _module, given, _output: seen.append(given[0].shape[1])
        )
    with torch.inference_mode():
        twin(ids, mask)
    assert seen == [int(mask.sum())] * len(seen)
    assert mask.sum() < mask.numel()
