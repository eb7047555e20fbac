from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from training.loop import STATE_FILE, EncoderLoop, Step
from training.settings import TrainingSettings

SETTINGS = TrainingSettings(epochs=6, steps_per_epoch=5, patience=6, learning_rate=0.05, seed=3)


class Line(nn.Module):
    """Has to find y = 2x."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.zeros(1))

    def step(self, kill_in_epoch: int = 0) -> Step:
        calls = 0

        def step(generator: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
            nonlocal calls
            calls += 1
            if kill_in_epoch and calls > (kill_in_epoch - 1) * SETTINGS.steps_per_epoch + 2:
                raise KeyboardInterrupt
            x = torch.from_numpy(generator.standard_normal(8, dtype=np.float32)) + 0.1 * torch.rand(8)
            loss = (self.slope * x - 2 * x).square().mean()
            return loss, {"loss": float(loss.detach())}

        return step

    def closeness(self) -> float:
        return -abs(float(self.slope.detach()) - 2)


def loop(
    line: Line,
    folder: Path,
    *,
    step: Step,
    measure: Callable[[], float] | None = None,
    settings: TrainingSettings = SETTINGS,
    key: str = "k",
) -> EncoderLoop:
    return EncoderLoop(
        {"line": line},
        step=step,
        measure=measure or line.closeness,
        settings=settings,
        folder=folder,
        logs=folder / "logs",
        key=key,
    )


@pytest.mark.parametrize("changes", [{}, {"averaging": 0.9, "schedule": "linear"}])
def test_a_killed_run_ends_with_the_same_models_as_one_that_was_not(tmp_path: Path, changes: dict[str, Any]) -> None:
    settings = replace(SETTINGS, **changes)
    whole = Line()
    uninterrupted = loop(whole, tmp_path / "whole", step=whole.step(), settings=settings).run()
    killed = Line()
    with pytest.raises(KeyboardInterrupt):
        loop(killed, tmp_path / "killed", step=killed.step(kill_in_epoch=4), settings=settings).run()
    resumed = Line()
    state = loop(resumed, tmp_path / "killed", step=resumed.step(), settings=settings).run()
    assert torch.equal(resumed.slope, whole.slope)
    assert [record["dev_ndcg@10"] for record in state.history] == [record["dev_ndcg@10"] for record in uninterrupted.history]
    assert whole.slope.item() > 0.5


def test_what_is_seen_before_an_epoch_is_the_same_after_a_kill(tmp_path: Path) -> None:
    def seen(folder: str, step: Step, line: Line) -> list[float]:
        found: list[float] = []

        def look() -> None:
            found.append(line.slope.item())

        place = {"folder": tmp_path / folder, "logs": tmp_path / folder / "logs"}
        parts = {"step": step, "before_epoch": look, "measure": line.closeness}
        with suppress(KeyboardInterrupt):
            EncoderLoop({"line": line}, **parts, settings=SETTINGS, key="k", **place).run()
        return found

    whole, killed, resumed = Line(), Line(), Line()
    expected = seen("whole", whole.step(), whole)
    assert len(expected) == SETTINGS.epochs
    assert seen("killed", killed.step(kill_in_epoch=4), killed) == expected[:4]
    assert seen("killed", resumed.step(), resumed) == expected[3:]


def test_the_average_of_the_weights_is_measured_and_kept(tmp_path: Path) -> None:
    line = Line()
    seen: list[float] = []

    def measure() -> float:
        seen.append(line.slope.item())
        return float(len(seen))

    settings = replace(SETTINGS, averaging=0.9, schedule="constant", epochs=1)
    loop(line, tmp_path, step=line.step(), measure=measure, settings=settings).run()
    plain = Line()
    loop(plain, tmp_path / "plain", step=plain.step(), settings=replace(settings, averaging=0.0)).run()
    assert line.slope.item() == seen[-1]
    assert 0 < line.slope.item() < plain.slope.item(), "an average lags behind"


def test_accumulated_batches_make_one_step(tmp_path: Path) -> None:
    line, steps = Line(), 0

    def step(generator: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        nonlocal steps
        steps += 1
        return (line.slope - 2).square().sum(), {"loss": 0.0}

    numbers: list[int] = []
    settings = replace(SETTINGS, accumulation=3, epochs=1)
    EncoderLoop(
        {"line": line},
        step=step,
        after_step=numbers.append,
        measure=line.closeness,
        settings=settings,
        folder=tmp_path,
        logs=tmp_path / "logs",
        key="k",
    ).run()
    assert (steps, numbers) == (15, [0, 1, 2, 3, 4])


def test_the_state_of_other_settings_is_not_resumed(tmp_path: Path) -> None:
    first = Line()
    loop(first, tmp_path, step=first.step()).run()
    assert (tmp_path / STATE_FILE).is_file()
    second = Line()
    state = loop(second, tmp_path, step=second.step(), key="another catalogue").run()
    assert state.epoch == SETTINGS.epochs
    assert torch.equal(first.slope, second.slope)


def test_training_stops_when_dev_does_and_keeps_the_best(tmp_path: Path) -> None:
    line = Line()
    scores = iter([0.1, 0.5, 0.4, 0.3, 0.2, 0.1])
    seen: list[Tensor] = []

    def measure() -> float:
        seen.append(line.slope.detach().clone())
        return next(scores)

    state = loop(line, tmp_path, step=line.step(), measure=measure, settings=replace(SETTINGS, patience=2)).run()
    assert (state.epoch, state.best_epoch, state.best) == (3, 1, 0.5)
    assert torch.equal(line.slope, seen[1])


def test_models_that_training_only_makes_worse_are_left_as_they_were(tmp_path: Path) -> None:
    line = Line()
    scores = iter([0.9, 0.5, 0.4])
    state = loop(line, tmp_path, step=line.step(), measure=lambda: next(scores), settings=replace(SETTINGS, patience=2)).run()
    assert state.best_epoch == 0
    assert line.slope.item() == 0
