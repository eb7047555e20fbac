"""Steps run in order, are skipped by their manifests, and fail by name."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from assortment import manifest
from assortment.errors import DataError, StepError
from demo import steps
from demo.settings import DemoSettings
from demo.steps import Clock, Step, run_steps
from training.settings import TrainingSettings, full, quick


def writing_step(folder: Path, *, seed: int = 1) -> Step:
    """A step that writes one file and its manifest, unless they are there."""

    def run() -> None:
        settings = {"seed": seed}
        if manifest.is_current(folder, step="draw", inputs={}, settings=settings):
            return
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "figure.txt").write_text(str(seed))
        manifest.write(folder, step="draw", inputs={}, settings=settings)

    return Step("draw", "draw a figure", run, folder)


@pytest.fixture
def clock() -> Clock:
    return Clock(Console(file=io.StringIO(), width=100))


def said(clock: Clock) -> str:
    file = clock.console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_a_second_run_finds_the_work_done(tmp_path: Path, clock: Clock) -> None:
    run_steps([writing_step(tmp_path / "drawn")], clock)
    assert clock.skipped == []
    run_steps([writing_step(tmp_path / "drawn")], clock)
    assert clock.skipped == ["draw"]
    assert "already there" in said(clock)


def test_other_settings_do_the_work_again(tmp_path: Path, clock: Clock) -> None:
    run_steps([writing_step(tmp_path / "drawn", seed=1), writing_step(tmp_path / "drawn", seed=2)], clock)
    assert clock.skipped == []
    assert (tmp_path / "drawn" / "figure.txt").read_text() == "2"


def test_manifests_one_folder_down_count(tmp_path: Path, clock: Clock) -> None:
    below = writing_step(tmp_path / "index" / "1")
    step = Step("index", "compute vectors", below.run, tmp_path / "index")
    run_steps([step, step], clock)
    assert clock.skipped == ["index"]


def test_a_failure_names_its_step_and_ends_the_run(tmp_path: Path, clock: Clock) -> None:
    def fail() -> None:
        raise DataError("line 7: price is no number")

    after = writing_step(tmp_path / "never")
    with pytest.raises(StepError, match="the catalogue step failed: line 7"):
        run_steps([Step("catalogue", "read", fail, tmp_path / "catalogue"), after], clock)
    assert not after.folder.exists()


def test_each_step_is_timed_in_order(tmp_path: Path, clock: Clock) -> None:
    one, other = writing_step(tmp_path / "one"), writing_step(tmp_path / "other")
    run_steps([Step("first", "", one.run, one.folder), Step("second", "", other.run, other.folder)], clock)
    assert list(clock.seconds) == ["first", "second"]
    assert all(seconds >= 0 for seconds in clock.seconds.values())


@pytest.mark.parametrize(("given", "preset"), [({}, quick), ({"catalogue": "luma", "data": Path()}, full)])
def test_a_catalogue_of_ones_own_is_trained_on_for_longer(
    given: dict[str, Any], preset: Callable[[], TrainingSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[TrainingSettings] = []
    monkeypatch.setattr("training.steps.train", lambda paths, settings: trained.append(settings))
    steps._train(DemoSettings(**given))
    assert trained == [preset()]
