"""Locust's processes, whatever becomes of the one that started them."""

import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[3]


def test_they_go_when_the_load_test_is_killed(tmp_path: Path) -> None:
    (tmp_path / "queries.txt").write_text("blue shoes\n")
    script = f"""
import time
from pathlib import Path
from perf.load_test.generator import Generator
folder = Path({str(tmp_path)!r})
values = {{"queries": folder / "queries.txt", "picture": 0, "rerank": 0}}
with Generator("127.0.0.1:1", folder, values, users=2, workers=2, run_time_s=600):
    time.sleep(600)
"""
    parent = psutil.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while parent.poll() is None and len(list(tmp_path.glob("samples-*.csv"))) < 2:
        time.sleep(0.1)
    family = parent.children(recursive=True)
    assert len(family) == 3, (tmp_path / "locust.log").read_text()  # a master and two workers
    parent.kill()
    parent.wait()
    assert not psutil.wait_procs(family, timeout=30)[1]
