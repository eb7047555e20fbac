"""Trainings whose weights are averaged: which of them are kept, and that a killed run goes on with the one it was in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import ClassVar

import pytest
import torch
from torch import nn

from assortment.paths import BuildPaths
from training import ensemble, interpolation
from training.checkpoint import TrainedModels
from training.dev_ranking import QuerySet
from training.fit import Place, fit
from training.loop import State
from training.prepared import Prepared
from training.settings import TrainingSettings


class Line:
    """Its slope should be 2; where each seed's training leaves it is given."""

    def __init__(self, ends: Mapping[int, float]) -> None:
        self.layer, self.trained = nn.Linear(1, 1), list[int]()
        nn.init.zeros_(self.layer.weight)
        self._start, self._ends = interpolation.weights({"line": self.layer}), ends

    def closeness(self) -> float:
        return -abs(self.layer.weight.item() - 2)

    def train_member(self, seed: int) -> State:
        assert self.layer.weight.item() == 0, "every training begins at the start"
        assert self.layer.weight.requires_grad
        nn.init.constant_(self.layer.weight, self._ends[seed])
        self.layer.requires_grad_(False)
        self.trained.append(seed)
        return State(key=str(seed), best=self.closeness(), best_epoch=seed)

    def train(self, folder: Path, key: str = "k", train_member: Callable[[int], State] | None = None) -> dict[int, bool]:
        """Which seeds were kept."""
        settings = TrainingSettings(seed=min(self._ends), ensemble=len(self._ends))
        _, figures = ensemble.train(
            {"line": self.layer},
            self._start,
            settings,
            train_member or self.train_member,
            self.closeness,
            folder=folder,
            key=key,
        )
        return {member["seed"]: member["kept"] for member in figures["ensemble"]["members"]} if figures else {}


def test_members_join_in_order_of_their_figures_where_dev_does_not_fall(tmp_path: Path) -> None:
    line = Line({3: 5.0, 4: 2.4, 5: 1.7})
    assert list(line.train(tmp_path).items()) == [(5, True), (4, True), (3, False)]
    assert line.layer.weight.item() == pytest.approx(2.05)
    assert not line.layer.weight.requires_grad


def test_one_training_is_left_as_it_is(tmp_path: Path) -> None:
    line = Line({3: 5.0})
    assert line.train(tmp_path) == {}
    assert line.layer.weight.item() == 5.0
    assert not list(tmp_path.iterdir())


def test_a_killed_run_goes_on_with_the_member_it_was_in(tmp_path: Path) -> None:
    ends = {3: 1.0, 4: 2.4, 5: 1.7}
    killed, resumed = Line(ends), Line(ends)

    def killed_in_the_last(seed: int) -> State:
        if seed == 5:
            raise KeyboardInterrupt
        return killed.train_member(seed)

    with pytest.raises(KeyboardInterrupt):
        killed.train(tmp_path, train_member=killed_in_the_last)
    assert resumed.train(tmp_path) == {3: False, 4: True, 5: True}
    assert resumed.trained == [5]
    assert resumed.layer.weight.item() == pytest.approx(2.05)
    another = Line(ends)
    another.train(tmp_path, key="another catalogue")
    assert another.trained == [3, 4, 5]
    ensemble.forget(tmp_path)
    assert not list(tmp_path.iterdir())


class Killed(QuerySet):
    """Dev queries at whose sixth measurement the process is killed: before the second member's second epoch is saved."""

    measured: ClassVar[int] = 0

    def measure(self, rows: torch.Tensor) -> dict[str, float]:
        type(self).measured += 1
        if self.measured == 6:
            raise KeyboardInterrupt
        return super().measure(rows)


def test_models_are_the_same_after_a_kill(shop: BuildPaths, tiny_settings: TrainingSettings, tmp_path: Path) -> None:
    prepared, settings = Prepared.open(shop, tiny_settings), replace(tiny_settings, ensemble=2)

    def trained(folder: str, dev: QuerySet, settings: TrainingSettings = settings) -> TrainedModels:
        place = Place(folder=tmp_path / folder, logs=tmp_path / folder / "logs", key="k")
        shown = (prepared.catalogue.products, prepared.features, prepared.train_rows, prepared.protocol)
        return fit(*shown, dev, settings, place)[0]

    whole, alone = trained("whole", prepared.dev), trained("alone", prepared.dev, tiny_settings)
    with pytest.raises(KeyboardInterrupt):
        trained("killed", Killed(*(getattr(prepared.dev, field.name) for field in fields(QuerySet))))
    assert [file.name for file in sorted((tmp_path / "killed").glob("*.pt"))] == ["member-17.pt", "resume.pt"]
    resumed = trained("killed", prepared.dev)
    for name, module in whole.modules().items():
        for key, value in module.state_dict().items():
            torch.testing.assert_close(resumed.modules()[name].state_dict()[key], value, msg=f"{name}.{key}")
    told = whole.metrics["ensemble"]
    assert sorted(member["seed"] for member in told["members"]) == [17, 18]
    (first,) = (member for member in told["members"] if member["seed"] == 17)
    assert first["dev_ndcg@10"] == max(epoch["dev_ndcg@10"] for epoch in alone.metrics["epochs"])
    assert "ensemble" not in alone.metrics


def test_averaging_is_no_other_run_where_it_is_off() -> None:
    assert "ensemble" not in TrainingSettings().decisive()
    assert TrainingSettings(ensemble=2).decisive()["ensemble"] == 2
