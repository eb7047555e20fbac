"""What serving costs by cause: figures that add up, and a short run for real."""

from __future__ import annotations

from pathlib import Path

import pytest

from assortment.paths import BuildPaths
from perf.peers import overhead
from perf.peers.overhead import Overhead

FOUND = Overhead(
    clients=16, batch=5.3, work=3.0, smaller_batches=0.3, around=0.7, triton=0.4, generator=0.6, throughput=0.6
)  # fmt: skip


def test_the_causes_add_up_to_what_is_served() -> None:
    assert FOUND.served == pytest.approx(4.4)


def test_the_bound_is_what_triton_and_its_clients_leave() -> None:
    assert FOUND.bound == pytest.approx(3.0 / 4.0)


def test_too_few_rounds_are_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert overhead.main(["--rounds", "0"]) == 1
    assert "rounds: 0 is not allowed; allowed: 1 and above" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.triton
def test_a_run_tells_every_cause(small_build: BuildPaths, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "small").symlink_to(small_build.root, target_is_directory=True)
    asked = ["--catalogue", "small", "--build", str(tmp_path), "--clients", "2", "--requests", "16", "--rounds", "1"]
    assert overhead.main(asked) == 0
    told = capsys.readouterr().out
    for cause in ("the work in process", "+ smaller batches", "+ tritonserver", "= served", "throughput"):
        assert cause in told
