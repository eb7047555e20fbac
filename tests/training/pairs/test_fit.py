from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import nn

from training import backbones
from training.pairs.file import Pair
from training.pairs.fit import EarlyStopping, batches, fit, predict
from training.pairs.inputs import EncodedPairs, PairEncoder, PriceScale
from training.pairs.measures import log_loss
from training.pairs.model import PairClassifier
from training.pairs.settings import PairSettings


def prepared(pairs: list[Pair], settings: PairSettings) -> tuple[PairClassifier, EncodedPairs]:
    torch.manual_seed(settings.seed)
    backbone = backbones.load_text(settings.text_backbone)
    model = PairClassifier(backbone.model, head_size=settings.head_size, frozen_layers=settings.frozen_layers)
    scale = PriceScale.of([pair.price for pair in pairs])
    encoder = PairEncoder(
        Path(settings.text_backbone) / "tokenizer.json", max_tokens=settings.max_tokens, price=settings.price, scale=scale
    )
    return model, encoder.encode(pairs)


def only_price_decides(number: int) -> tuple[list[Pair], npt.NDArray[np.bool_]]:
    prices = np.exp(np.random.default_rng(number).uniform(np.log(2), np.log(200), number))
    pairs = [Pair(line=2, label=None, query="shirt", desc="red shirt", price=float(price)) for price in prices]
    return pairs, prices < 20


def accuracy(pairs: list[Pair], truth: npt.NDArray[np.bool_], settings: PairSettings) -> float:
    model, encoded = prepared(pairs, settings)
    half = len(pairs) // 2
    parts = [encoded_part(encoded, range(half)), encoded_part(encoded, range(half, len(pairs)))]
    fit(model, parts[0], truth[:half], parts[1], truth[half:], settings)
    return float(((predict(model, parts[1], "float32") > 0.5) == truth[half:]).mean())


def encoded_part(encoded: EncodedPairs, rows: range) -> EncodedPairs:
    return EncodedPairs(
        token_ids=[encoded.token_ids[i] for i in rows],
        segment=[encoded.segment[i] for i in rows],
        side=[encoded.side[i] for i in rows],
        price=encoded.price[list(rows)],
        num_cut=0,
    )


def test_a_price_that_alone_decides_is_learned_as_a_number(tiny: PairSettings) -> None:
    pairs, truth = only_price_decides(240)
    settings = replace(tiny, epochs=20, patience=20, learning_rate=3e-4)
    assert accuracy(pairs, truth, settings) > 0.9
    assert accuracy(pairs, truth, replace(settings, price="none")) < 0.75


def test_the_best_epoch_is_put_back(tiny: PairSettings) -> None:
    pairs, truth = only_price_decides(60)
    noise = np.random.default_rng(1).random(60) < 0.3  # so that dev gets worse while training gets better
    model, encoded = prepared(pairs, tiny)
    dev = encoded_part(encoded, range(30, 60))
    settings = replace(tiny, epochs=30, patience=2, head_learning_rate=0.05, learning_rate=0.01)
    history = fit(model, encoded_part(encoded, range(30)), (truth ^ noise)[:30], dev, truth[30:], settings)
    losses = [epoch["dev_loss"] for epoch in history.epochs]
    assert history.stopped_early
    assert len(losses) == history.best_epoch + 2 + 1  # two epochs of patience, and epoch 0
    assert losses[history.best_epoch] == min(losses) < losses[-1]
    assert log_loss(predict(model, dev, "float32"), truth[30:]) == pytest.approx(min(losses), abs=1e-6)


def test_without_patience_the_last_epoch_is_kept(tiny: PairSettings) -> None:
    layer = nn.Linear(1, 1)
    stopping = EarlyStopping(layer, patience=0)
    for epoch, loss in enumerate((0.5, 0.9, 0.7)):
        layer.weight.data.fill_(epoch)
        assert not stopping.consider(epoch, loss)
    stopping.restore()
    assert (stopping.best_epoch, layer.weight.item()) == (2, 2.0)


def test_early_stopping_counts_epochs_without_gain() -> None:
    layer = nn.Linear(1, 1)
    stopping = EarlyStopping(layer, patience=2)
    told = []
    for epoch, loss in enumerate((0.9, 0.5, 0.6, 0.7)):
        layer.weight.data.fill_(epoch)
        told.append(stopping.consider(epoch, loss))
    stopping.restore()
    assert told == [False, False, False, True]
    assert (stopping.best_epoch, layer.weight.item()) == (1, 1.0)


def test_predictions_do_not_depend_on_their_company(tiny: PairSettings) -> None:
    pairs = [Pair(line=2, label=None, query="red", desc="shirt " * (1 + i % 9), price=None) for i in range(70)]
    model, encoded = prepared(pairs, tiny)
    together = predict(model, encoded, "float32")
    alone = [predict(model, encoded_part(encoded, range(i, i + 1)), "float32")[0] for i in (0, 8, 69)]
    assert together[[0, 8, 69]] == pytest.approx(alone, abs=1e-5)


def test_no_batch_is_dropped() -> None:
    assert list(batches(range(5), 2)) == [[0, 1], [2, 3], [4]]


def test_frozen_layers_stay_as_they_were(tiny: PairSettings) -> None:
    pairs, truth = only_price_decides(40)
    model, encoded = prepared(pairs, replace(tiny, frozen_layers=1))
    before = {name: value.clone() for name, value in model.named_parameters()}
    fit(model, encoded, truth, encoded, truth, replace(tiny, epochs=1))
    changed = {name for name, value in model.named_parameters() if not torch.equal(value, before[name])}
    assert not any("embeddings" in name or "layer.0." in name for name in changed)
    assert any("layer.1." in name for name in changed)
