"""The training loop: AdamW, warm-up, and early stopping on the dev loss with the best weights put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from assortment.catalogue.progress import progress
from training.pairs.inputs import EncodedPairs
from training.pairs.measures import Values, log_loss
from training.pairs.model import PairClassifier
from training.pairs.settings import PairSettings
from training.precision import autocast
from training.settings import Precision

_GRADIENT_LIMIT: Final = 1.0
_PAIRS_PER_READING: Final = 64


@dataclass(slots=True)
class History:
    """What each epoch gave, and which one was kept."""

    epochs: list[dict[str, float]] = field(default_factory=list)
    """Train loss, dev loss and dev accuracy; epoch 0 is the untrained model."""
    best_epoch: int = 0
    """The epoch whose weights are kept."""
    stopped_early: bool = False


class EarlyStopping:
    """Remembers the weights of the lowest dev loss. With ``patience`` 0 it only keeps the last ones."""

    def __init__(self, model: nn.Module, *, patience: int) -> None:
        self._parameters = {name: value for name, value in model.named_parameters() if value.requires_grad}
        self._patience = patience
        self._lowest = float("inf")
        self._best: dict[str, Tensor] = {}
        self.best_epoch = 0

    def consider(self, epoch: int, loss: float) -> bool:
        """Takes note of an epoch's dev loss; whether training should stop."""
        if not self._patience or loss < self._lowest:
            self._lowest, self.best_epoch = loss, epoch
            self._best = {name: value.detach().clone() for name, value in self._parameters.items()}
        return bool(self._patience) and epoch - self.best_epoch >= self._patience

    @torch.no_grad()
    def restore(self) -> None:
        """Puts the best weights back."""
        for name, value in self._best.items():
            self._parameters[name].copy_(value)


def fit(
    model: PairClassifier,
    train: EncodedPairs,
    train_relevant: npt.NDArray[np.bool_],
    dev: EncodedPairs,
    dev_relevant: npt.NDArray[np.bool_],
    settings: PairSettings,
) -> History:
    """Trains ``model`` in place and leaves the weights of the best epoch in it, in evaluation mode."""

    def judge() -> tuple[float, float]:
        probability = predict(model, dev, settings.precision)
        return log_loss(probability, dev_relevant), float(((probability > 0.5) == dev_relevant).mean())

    target = torch.from_numpy(train_relevant.astype(np.float32))
    optimiser = torch.optim.AdamW(_groups(model, settings))
    num_steps = -(-len(train) // settings.batch_pairs)
    rates = torch.optim.lr_scheduler.LambdaLR(optimiser, _schedule(num_steps * settings.epochs, settings.warmup_fraction))
    stopping = EarlyStopping(model, patience=settings.patience)
    loss, accuracy = judge()
    history = History([{"epoch": 0, "dev_loss": loss, "dev_accuracy": accuracy}])
    stopping.consider(0, loss)
    for epoch in range(1, settings.epochs + 1):
        torch.manual_seed(settings.seed * 1000 + epoch)
        model.train()
        order = np.random.default_rng([settings.seed, epoch]).permutation(len(train)).tolist()
        total = 0.0
        for rows in progress(
            batches(order, settings.batch_pairs), doing=f"epoch {epoch} of at most {settings.epochs}", total=num_steps
        ):
            optimiser.zero_grad(set_to_none=True)
            with autocast(settings.precision):
                logits = model(train.batch(rows))
            batch_loss = F.binary_cross_entropy_with_logits(logits, target[rows])
            torch.autograd.backward(batch_loss)
            nn.utils.clip_grad_norm_(model.parameters(), _GRADIENT_LIMIT)
            optimiser.step()
            rates.step()
            total += float(batch_loss.detach()) * len(rows)
        loss, accuracy = judge()
        history.epochs.append({"epoch": epoch, "train_loss": total / len(train), "dev_loss": loss, "dev_accuracy": accuracy})
        if stopping.consider(epoch, loss):
            history.stopped_early = epoch < settings.epochs
            break
    stopping.restore()
    model.eval()
    history.best_epoch = stopping.best_epoch
    return history


def predict(model: PairClassifier, pairs: EncodedPairs, precision: Precision, *, doing: str = "") -> Values:
    """(N,) probabilities in the order of ``pairs``; pairs of like length are read together. ``doing`` shows progress."""
    order = sorted(range(len(pairs)), key=lambda i: -len(pairs.token_ids[i]))
    probability = np.empty(len(pairs))
    readings: Iterator[list[int]] = batches(order, _PAIRS_PER_READING)
    if doing:
        readings = progress(readings, doing=doing, total=-(-len(pairs) // _PAIRS_PER_READING))
    model.eval()
    with torch.inference_mode(), autocast(precision):
        for rows in readings:
            probability[rows] = torch.sigmoid(model(pairs.batch(rows)).double()).numpy()
    return probability


def batches(rows: Sequence[int], size: int) -> Iterator[list[int]]:
    """``rows`` in pieces of ``size``; the last one may be smaller and is never dropped."""
    return (list(rows[start : start + size]) for start in range(0, len(rows), size))


def _schedule(num_steps: int, warmup_fraction: float) -> Callable[[int], float]:
    """Linear up to the peak, then in a line down to zero at the last step that there may be."""
    warmup = max(1, round(num_steps * warmup_fraction))

    def share(step: int) -> float:
        return (step + 1) / warmup if step < warmup else max(0.0, (num_steps - step) / max(1, num_steps - warmup))

    return share


def _groups(model: PairClassifier, settings: PairSettings) -> list[dict[str, Any]]:
    """The head has a rate of its own; vectors are not decayed."""
    head = model.head_parameters()
    encoder = [parameter for parameter in model.backbone.parameters() if parameter.requires_grad]
    groups: list[dict[str, Any]] = []
    for parameters, rate in ((head, settings.head_learning_rate), (encoder, settings.learning_rate)):
        for decayed in (True, False):
            chosen = [parameter for parameter in parameters if (parameter.ndim >= 2) == decayed]
            groups.append({"params": chosen, "lr": rate, "weight_decay": settings.weight_decay if decayed else 0.0})
    return [group for group in groups if group["params"]]
