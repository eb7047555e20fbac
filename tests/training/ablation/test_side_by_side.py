"""Two reports on one folder: what both read stays, each run is made once, and a killed process leaves nothing blocked."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assortment.errors import StepError
from assortment.one_at_a_time import held
from assortment.paths import BuildPaths
from training.ablation import command, side_by_side
from training.ablation.runs import Bench, Run, Scores
from training.ablation.variants import VARIANTS, Variant
from training.knowledge.base import FILENAME
from training.settings import TrainingSettings

BY_NAME = {variant.name: variant for variant in VARIANTS}
DEFAULT, OTHER = BY_NAME["default"], BY_NAME["fusion mean"]
HOLDS = """
import pathlib, sys, time
from assortment.one_at_a_time import held
with held(pathlib.Path(sys.argv[1])) as got:
    print(got, flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def bench(whole: BuildPaths, part: BuildPaths, tiny_settings: TrainingSettings) -> Bench:
    with side_by_side.one_at_a_time(part.root):
        return command._prepared(whole.catalogue, part, tiny_settings, 800)


def made(variant: Variant, seed: int) -> Run:
    return Run(name=variant.name, seed=seed, seconds=1.0, scores={"test": Scores(ndcg={}, alpha_ndcg={})})


def test_a_part_in_use_is_not_replaced_by_another(whole: BuildPaths, part: BuildPaths, bench: Bench, tiny_settings) -> None:
    with side_by_side.using(part.root):
        with pytest.raises(StepError, match="is in use by a report on another part"):
            command._prepared(whole.catalogue, part, tiny_settings, 810)
        assert command._prepared(whole.catalogue, part, tiny_settings, 800).num_products == bench.num_products


def test_who_waits_is_told_to(tmp_path: Path) -> None:
    told: list[str] = []

    def other_ends() -> None:
        told.append("waiting")
        first.close()

    with contextlib.ExitStack() as first:
        first.enter_context(held(tmp_path / "report.lock"))
        with side_by_side.one_at_a_time(tmp_path, other_ends):
            assert told == ["waiting"]


def test_a_run_is_made_by_one_and_then_by_none(bench: Bench) -> None:
    with bench.claimed(OTHER, 7) as first, bench.claimed(OTHER, 7) as second, bench.claimed(OTHER, 8) as another:
        assert (first, second, another) == (True, False, True)
        made(OTHER, 7).write(bench.file(OTHER, 7))
    with bench.claimed(OTHER, 7) as again, bench.claimed(OTHER, 8) as still_missing:
        assert (again, still_missing) == (False, True)
    assert not bench.file(OTHER, 7).with_suffix(".lock").exists()


def test_runs_that_others_make_are_passed_over_and_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[str, int]] = []

    def run(variant: Variant, seed: int) -> Run:
        done.append((variant.name, seed))
        made(variant, seed).write(bench.file(variant, seed))
        return made(variant, seed)

    monkeypatch.setattr(bench, "run", run)
    planned = [(DEFAULT, 21), (OTHER, 21), (DEFAULT, 22)]
    with bench.claimed(*planned[0]):
        assert command._make(bench, planned, lambda: "") == [planned[0]]
    assert done == [(OTHER.name, 21), (DEFAULT.name, 22)]
    assert command._make(bench, planned, lambda: "") == []
    assert done[2:] == [(DEFAULT.name, 21)]


def test_a_run_of_a_killed_process_is_made_by_the_next(bench: Bench) -> None:
    words = [sys.executable, "-c", HOLDS, str(bench.file(DEFAULT, 1).with_suffix(".lock"))]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        with bench.claimed(DEFAULT, 1) as mine:
            assert not mine
        other.send_signal(signal.SIGKILL)
    with bench.claimed(DEFAULT, 1) as mine:
        assert mine


@pytest.mark.slow
def test_a_run_in_other_words_leaves_those_that_the_others_read(part: BuildPaths, bench: Bench) -> None:
    def shared() -> dict[Path, bytes]:
        files = [file for file in part.root.rglob("*") if file.is_file() and "runs" not in file.parts]
        return {file: file.read_bytes() for file in files if file.suffix != ".lock"}

    before = shared()
    assert part.knowledge / FILENAME in before
    for name in ("with the test's own words", "TSDAE"):
        assert bench.run(BY_NAME[name], 1).scores
    assert shared() == before
