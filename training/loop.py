"""The training loop of the encoders: AdamW, warm-up, early stopping on dev ndcg@10, and going on after a kill.

Each epoch draws from a generator of its own, seeded by (seed, epoch), and its state is saved at its end. So a run that was
killed and started again ends with the same models as one that was not. Where there are several processes, all of them step alike;
the main one measures, and keeps the state.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from assortment.catalogue.progress import progress
from training import devices
from training.averaging import Average
from training.query_tuning import is_adapter
from training.settings import Schedule, TrainingSettings
from training.tracking import curves

STATE_FILE: Final = "resume.pt"
_GRADIENT_LIMIT: Final = 1.0
_INTENT_RATE: Final = 1e-2  # the head reads unit vectors, so its weights have far to go

_SCHEDULES: Final[dict[Schedule, Callable[[float], float]]] = {
    "cosine": lambda gone: 0.5 * (1 + math.cos(math.pi * gone)),
    "linear": lambda gone: 1 - gone,
    "constant": lambda gone: 1.0,
}
"""From the share of steps after the warm-up that are over to the share of the peak rate."""

Step = Callable[[np.random.Generator], tuple[Tensor, dict[str, float]]]
"""Draws a batch and returns its loss, and the figures to log."""


@dataclass
class State:
    """What is saved after each epoch, besides parameters and optimiser."""

    key: str
    """What the run depends on; a state of another key is not resumed."""
    epoch: int = 0
    """Finished epochs."""
    best: float = -math.inf
    """Best dev ndcg@10 so far; the untrained models count as epoch 0."""
    best_epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    """Figures of each epoch."""

    def finished(self, settings: TrainingSettings) -> bool:
        """Whether the last epoch was reached, or dev stopped improving."""
        return self.epoch >= settings.epochs or self.epoch - self.best_epoch >= settings.patience


class EncoderLoop:
    """Trains named parameters by a step function and keeps the ones that did best on dev."""

    def __init__(
        self,
        modules: dict[str, nn.Module],
        *,
        step: Step,
        before_epoch: Callable[[], None] = lambda: None,
        after_step: Callable[[int], None] = lambda number: None,
        rest: tuple[Callable[[], Any], Callable[[Any], None]] = (lambda: None, lambda told: None),
        measure: Callable[[], float],
        settings: TrainingSettings,
        folder: Path,
        logs: Path,
        key: str,
    ) -> None:
        """``measure`` gives dev ndcg@10 of the modules as they are; ``folder`` keeps the state; ``logs`` the curves.

        ``before_epoch`` sees the parameters that an epoch starts from, which are the same after a kill. ``after_step`` is called
        with the number of each optimiser step, from 0, while its gradients are there. ``rest`` tells what a run needs beside
        parameters to go on, as plain values, and takes it back.
        """
        self._parameters = dict(_trainable(modules))
        _copy_into(self._parameters, devices.from_main(lambda: _on_cpu(self._parameters)))  # all processes start from the same
        self._average = Average(self._parameters, settings.averaging)
        self._optimiser = torch.optim.AdamW(_groups(self._parameters, settings))
        self._peaks = [float(group["lr"]) for group in self._optimiser.param_groups]
        self._step, self._before_epoch, self._after_step = step, before_epoch, after_step
        self._measure, self._settings = measure, settings
        self._rest, self._set_rest = rest
        self._file, self._logs = folder / STATE_FILE, logs
        self.state = State(key)
        self._best: dict[str, Tensor] = {}

    def run(self) -> State:
        """Trains to the end, from where an earlier run of the same key stopped. The best parameters are left in the modules."""
        if not self._resume():
            self._consider(devices.from_main(self._measure))
            self.state.history.append({"epoch": 0, "dev_ndcg@10": self.state.best})
        with curves(self._logs, self._settings) as record:
            while not self.state.finished(self._settings):
                figures = self._epoch()
                record(figures, self.state.epoch)
                self._save()
        _copy_into(self._parameters, self._best)
        return self.state

    def _epoch(self) -> dict[str, float]:
        start = time.monotonic()
        number = self.state.epoch + 1
        generator = np.random.default_rng([self._settings.seed, number])
        torch.manual_seed(self._settings.seed * 1000 + number)
        self._before_epoch()
        sums: dict[str, float] = {}
        steps = self._settings.steps_per_epoch
        whose = f", seed {self._settings.seed}" if self._settings.ensemble > 1 else ""
        doing = f"epoch {number} of at most {self._settings.epochs}{whose}"
        for i in progress(range(steps), doing=doing, total=steps) if devices.is_main() else range(steps):
            self._set_rates((number - 1) * steps + i)
            for name, value in self._descend((number - 1) * steps + i, generator).items():
                sums[name] = sums.get(name, 0.0) + value
        self.state.epoch = number
        with self._average.applied():
            score = devices.from_main(self._measure)
            self._consider(score)
        figures = {name: round(total / steps, 5) for name, total in sums.items()}
        self.state.history.append(
            {"epoch": number, **figures, "dev_ndcg@10": score, "seconds": round(time.monotonic() - start, 1)}
        )
        return {**figures, "dev_ndcg@10": score}

    def _descend(self, step: int, generator: np.random.Generator) -> dict[str, float]:
        """One optimiser step; the figures of its last batch."""
        self._optimiser.zero_grad(set_to_none=True)
        figures: dict[str, float] = {}
        for _ in range(self._settings.accumulation):
            loss, figures = self._step(generator)
            torch.autograd.backward(loss / self._settings.accumulation)
        devices.average_gradients(self._parameters.values())
        nn.utils.clip_grad_norm_(self._parameters.values(), _GRADIENT_LIMIT)
        self._optimiser.step()
        self._after_step(step)
        self._average.update()
        return figures

    def _set_rates(self, step: int) -> None:
        """Linear warm-up, then down to zero at the last step that there may be, or not, as the schedule says."""
        total = self._settings.epochs * self._settings.steps_per_epoch
        warmup = max(1, round(total * self._settings.warmup_fraction))
        gone = (step - warmup) / max(1, total - warmup)
        share = (step + 1) / warmup if step < warmup else _SCHEDULES[self._settings.schedule](gone)
        for group, peak in zip(self._optimiser.param_groups, self._peaks, strict=True):
            group["lr"] = peak * share

    def _consider(self, score: float) -> None:
        if score > self.state.best:
            self.state.best, self.state.best_epoch = score, self.state.epoch
            self._best = {name: parameter.detach().clone() for name, parameter in self._parameters.items()}

    def _save(self) -> None:
        if not devices.is_main():
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "state": {name: getattr(self.state, name) for name in ("key", "epoch", "best", "best_epoch", "history")},
            "parameters": {name: parameter.detach() for name, parameter in self._parameters.items()},
            "best": self._best,
            "average": self._average.values,
            "optimiser": self._optimiser.state_dict(),
            "rest": self._rest(),
        }
        unfinished = self._file.with_suffix(".tmp")
        torch.save(content, unfinished)
        unfinished.replace(self._file)  # a kill while saving leaves the state before

    def _saved(self) -> dict[str, Any] | None:
        if not self._file.is_file():
            return None
        content: dict[str, Any] = torch.load(self._file, map_location="cpu", weights_only=True)
        return content if content["state"]["key"] == self.state.key else None

    def _resume(self) -> bool:
        content = devices.from_main(self._saved)
        if content is None:
            return False
        self.state = State(**content["state"])
        _copy_into(self._parameters, content["parameters"])
        self._best = content["best"]
        _copy_into(self._average.values, content["average"])
        self._optimiser.load_state_dict(content["optimiser"])
        self._set_rest(content["rest"])
        return True


def _trainable(modules: dict[str, nn.Module]) -> Iterable[tuple[str, nn.Parameter]]:
    for prefix, module in modules.items():
        for name, parameter in module.named_parameters():
            if parameter.requires_grad:
                yield f"{prefix}.{name}", parameter


def _groups(parameters: dict[str, nn.Parameter], settings: TrainingSettings) -> list[dict[str, Any]]:
    """Adapters, backbone and intent head have rates of their own; vectors, scalars and embeddings are not decayed."""
    kinds: dict[str, list[nn.Parameter]] = {"adapter": [], "backbone": [], "intent": [], "free": [], "decayed": []}
    for name, parameter in parameters.items():
        kinds[_kind(name, parameter)].append(parameter)
    rates = {
        "intent": (_INTENT_RATE, 0.0),
        "decayed": (settings.learning_rate, settings.weight_decay),
        "free": (settings.learning_rate, 0.0),
        "adapter": (settings.adapter_learning_rate, 0.0),
        "backbone": (settings.backbone_learning_rate, settings.weight_decay),
    }
    return [{"params": kinds[kind], "lr": rate, "weight_decay": decay} for kind, (rate, decay) in rates.items() if kinds[kind]]


def _kind(name: str, parameter: nn.Parameter) -> str:
    if is_adapter(name):
        return "adapter"
    if ".backbone." in name:
        return "backbone"
    if "intent." in name:
        return "intent"
    return "free" if parameter.ndim < 2 or "table" in name else "decayed"


def _on_cpu(parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: parameter.detach().cpu() for name, parameter in parameters.items()}


@torch.no_grad()
def _copy_into(parameters: Mapping[str, Tensor], values: Mapping[str, Tensor]) -> None:
    for name, value in values.items():
        parameters[name].copy_(value)
