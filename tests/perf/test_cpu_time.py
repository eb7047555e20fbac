"""Processor time of real processes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from perf.cpu_time import descendants, spent_s

BUSY = """
import subprocess, sys, time
if len(sys.argv) > 1:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
while time.process_time() < 0.3:
    pass
print("done", flush=True)
input()
"""


@pytest.fixture
def busy() -> subprocess.Popen[str]:
    """A process with a child, after 0.3 s of processor time."""
    command = [sys.executable, "-c", BUSY, "with a child"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_process_and_its_children_are_found_and_timed(busy: subprocess.Popen[str]) -> None:
    with busy:
        assert busy.stdout
        assert busy.stdin
        assert busy.stdout.readline() == "done\n"
        ours = descendants(os.getpid())
        assert busy.pid in ours
        (child,) = descendants(busy.pid)
        assert child in ours
        assert child not in descendants(os.getpid(), besides=[busy.pid])
        assert 0.25 <= spent_s([busy.pid]) < 5
        busy.stdin.write("\n")


def test_a_process_that_has_ended_costs_nothing() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert spent_s([ended.pid]) == 0
