"""The load test as its command runs it: on the real server, against one that dies, and with results that are not its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from perf import cpu_time
from perf.load_test.command import main
from tests.conftest import Served

ROOT = Path(__file__).parents[3]


def _command(served: Served, build: Path, *more: str) -> list[str]:
    if not (build / "small").exists():
        (build / "small").symlink_to(served.paths.root, target_is_directory=True)
    command = [sys.executable, "-m", "perf.load_test", "--quick", "--catalogue", "small", "--build", str(build)]
    return [*command, "--picture", "0.2", "--rerank", "0.2", *more]


@pytest.mark.slow
@pytest.mark.triton
def test_two_workers_load_a_running_server(served: Served, tmp_path: Path) -> None:
    server = served.server
    running = ["--endpoint", served.url, "--admin-key-file", str(server.admin_key_file), "--metrics", server.metrics_address]
    objectives = ["--objective", "answered_per_s=1", "--objective", "p50_ms=0.001"]
    command = _command(served, tmp_path, *running, *objectives, "--workers", "2", "--deadline-ms", "2000")
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert ended.returncode == 1, ended.stderr  # nobody answers in a microsecond
    summary: dict[str, Any] = json.loads((tmp_path / "load" / "summary.json").read_text())
    assert not summary["incomplete"], summary["incomplete"]
    assert len(summary["missed"]) == 2
    assert all("p50_ms" in told for told in summary["missed"])
    first, last = summary["phases"]
    assert first["requests"] < last["requests"]
    assert last["failed"] == {}
    assert set(last["by_kind_ms"]) == {"search", "search_multimodal", "rerank"}
    assert {"text_search", "image_encoder", "candidate_scorer"} <= {stage["model"] for stage in last["stages"]}
    assert sum(last["inner_shares"].values()) == pytest.approx(1.0, abs=0.001)
    assert summary["generator_per_s"] > 10
    folder = tmp_path / "load"
    assert len(list(folder.glob("samples-*.csv"))) == 2
    assert "STAGE,text_search compute" in (folder / "locust_stats.csv").read_text()
    assert "not answered" in (folder / "part.json").read_text()
    assert (folder / "load.svg").stat().st_size > 5_000


@pytest.mark.slow
@pytest.mark.triton
def test_what_was_measured_before_the_server_died_is_kept(served: Served, tmp_path: Path) -> None:
    command = _command(served, tmp_path, "--rates", "20", "21", "--seconds", "30")
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    samples = tmp_path / "load" / "samples-0.csv"
    try:
        while process.poll() is None and not (samples.exists() and samples.read_text().count("answered") > 20):
            time.sleep(0.2)
        (server,) = (pid for pid in cpu_time.descendants(process.pid) if _name(pid) == "tritonserver")
        os.kill(server, signal.SIGKILL)
        _, told = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 1
    assert "tritonserver was killed by signal 9" in told
    summary = json.loads((tmp_path / "load" / "summary.json").read_text())
    assert "tritonserver was killed by signal 9" in summary["incomplete"]
    assert summary["phases"][0]["answered_per_s"] > 0
    assert json.loads((tmp_path / "load" / "part.json").read_text())["incomplete"]


def test_results_of_others_are_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "load").mkdir()
    (tmp_path / "load" / "notes.txt").write_text("mine")
    assert main(["--quick", "--build", str(tmp_path)]) == 1
    assert "results folder" in capsys.readouterr().err
    assert (tmp_path / "load" / "notes.txt").read_text() == "mine"


def test_nobody_there_is_told_and_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quick", "--build", str(tmp_path), "--endpoint", "127.0.0.1:1"]) == 1
    assert "127.0.0.1:1 does not answer" in capsys.readouterr().err
    assert "does not answer" in json.loads((tmp_path / "load" / "part.json").read_text())["incomplete"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--objective", "speed=9"], "objective: 'speed=9'"),
        (["--rates", "0", "1"], "rate of a phase: 0.0"),
        (["--rates", "1", "inf"], "rate of a phase: inf"),
        (["--users", "0"], "users: 0"),
        (["--text", "0"], "weights"),
        (["--text", "nan"], "text: nan"),
        (["--zipf", "nan"], "zipf: nan"),
        (["--seed", "-1"], "seed: -1"),
        (["--seconds", "inf"], "seconds: inf"),
        (["--metrics", "127.0.0.1:8002"], "metrics: '127.0.0.1:8002'"),
        (["--admin-key-file", "key"], "admin_key_file: 'key'"),
        (["--queries", "log.txt", "--zipf", "1"], "zipf: 1.0"),
    ],
)
def test_wrong_flags(wrong: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--build", str(tmp_path), *wrong]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"error: {told}")
    assert "allowed: " in said
    assert not (tmp_path / "load").exists()


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
